"""What the scenes of the page Learn show, computed: small, seeded, without a screen."""
