"""Many runs: plans, replicas that are trained together, and what their results are worth."""
