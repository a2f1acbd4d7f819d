"""Everything that Learn says."""

from __future__ import annotations

from ui.learn.scene import Said

PROGRESS = "scene {number} of {scenes}"
BACK, NEXT, LIVE = "Back", "Next", "Watch it live"
TRY = "**Try:** {to_try}"

TWO_DOMAINS = Said(
    title="Two domains",
    words=(
        "● **Source**: points with labels. Colour is the class.\n\n"
        "△ **Target**: the same two moons, turned. It has **no labels**: all look alike.\n\n"
        "The task is the same, but the data has moved. That is a *domain shift*."
    ),
    to_try="turn the target to 60°: more than half of it now lies nearest to the *wrong* moon. At 0° nothing moved.",
    labels={
        "angle": "how far the target is turned (degrees)",
        "near": "nearest source point has the right class (exam)",
        "alt": "Two moons of labelled source points, and the unlabelled target turned by {angle} degrees",
        "source": "source, {name}",
        "target": "target, no label",
    },
)

CLASSIFIER = Said(
    title="A classifier that fails",
    words=(
        "A classifier learns from the source alone. The black line is its boundary.\n\n"
        "On the source it becomes perfect. The **same line** cuts through the target's moons.\n\n"
        "A ring marks a wrong prediction. The target's rings are an *exam*: training never sees those labels."
    ),
    to_try="train to 300 iterations. The source's rings vanish, the target's stay: more training is no cure.",
    labels={
        "iterations": "training iterations",
        "source": "source accuracy",
        "target": "target accuracy (exam)",
        "alt": "{domain} samples with the classifier's boundary after {iterations} iterations; {wrong} are wrong",
        "wrong": "wrong",
    },
)

DISCRIMINATOR = Said(
    title="The discriminator",
    words=(
        "A second network guesses where a point is **from**: source or target?\n\n"
        "Tint: blue where it says source, sand where it says target, none where it is at a loss.\n\n"
        "If it can tell, the domains differ. That needs no class labels at all."
    ),
    to_try=(
        "turn the target to 0°. The tint fades: the loss comes near ln 2 = 0.693 and the accuracy near 50 %, what "
        "guessing gets."
    ),
    labels={
        "angle": "how far the target is turned (degrees)",
        "accuracy": "domain accuracy (50 % = cannot tell)",
        "loss": "adversarial loss (ln 2 = 0.693)",
        "alt": "Source and target, tinted by a discriminator that is right in {accuracy} of cases",
    },
)

REVERSAL = Said(
    title="The reversal",
    words=(
        "Follow **one gradient** of the discriminator's loss $L_d$ back to one target feature ▲.\n\n"
        "Going down $L_d$ helps the discriminator. So on the way to the extractor the gradient is multiplied by "
        "**−λ**: the feature goes *up* $L_d$, to where the discriminator takes it for the source.\n\n"
        "The discriminator gets its gradient unturned: it learns to tell, the features learn to hide. Here it holds "
        "still; in training it answers."
    ),
    to_try="set the factor to +1, the wrong sign. Now the feature walks where it is *recognised*: $L_d$ falls.",
    labels={
        "factor": "the gradient is multiplied by",
        "chain": (
            "$L_d$ = {loss} ➜ discriminator ➜ {gradient} ➜ :violet-background[**× {factor}**] ➜ {passed} ➜ extractor"
        ),
        "before": "$L_d$ before",
        "after": "$L_d$ after {steps} steps",
        "start": "one target feature",
        "path": "its steps",
        "alt": "One target feature walks {steps} steps, gradient times {factor}: its loss goes {before} to {after}",
    },
)

SCHEDULE = Said(
    title="The schedule",
    words=(
        "λ starts at 0: first the classifier, then the tug of war. **gamma** says how steeply λ rises, **max_iter** "
        "when the rise is over.\n\n"
        "“DANN's schedule” is not one curve: libraries differ in gamma, and in the iterations they divide by. The "
        "figures are λ at iteration 3,000, at the grey line."
    ),
    to_try=(
        "gamma 10 and max_iter 20,000: your curve is the paper's. Gamma 1 and 10,000: DeepDA's, which ends at 0.46."
    ),
    labels={
        "gamma": "gamma",
        "max_iter": "max_iter",
        "yours": "yours",
        "paper": "paper: gamma 10, over 20,000",
        "tllib": "TLlib: gamma 1, over 1,000 and on",
        "deepda": "DeepDA: gamma 1, over 10,000",
        "sources": (
            "Paper: Ganin et al. 2016, section 5.2.2, over a run as long as TLlib's. TLlib: tllib/modules/grl.py, in "
            "its example's 20 epochs of 1,000 iterations. DeepDA: loss_funcs/adv.py, with the 20 epochs of 500 of "
            "DANN.yaml."
        ),
        "paper short": "paper",
        "tllib short": "TLlib",
        "deepda short": "DeepDA",
        "axis": "iteration",
        "alt": "lambda by iteration: yours, the paper's, TLlib's and DeepDA's",
    },
)

READING = Said(
    title="Reading the charts",
    words=(
        "**Adversarial loss at ln 2 = 0.693, domain accuracy at 50 %**: the discriminator cannot tell. That is the "
        "goal, not a failure, and it says nothing about the classes.\n\n"
        "**t-SNE** shows who is whose neighbour. The three pictures are of the *same* features: do not ask them how "
        "far, how large or how dense.\n\n"
        "Colour is the true class; ● source, △ target."
    ),
    to_try=(
        "switch to DANN. The figures near ln 2 and 50 %, and △ come to lie on ●. The gap between the classes is "
        "another one in each picture."
    ),
    labels={
        "run": "trained",
        "runs": "source only|DANN",
        "loss": "adversarial loss (ln 2 = 0.693)",
        "accuracy": "domain accuracy (50 % = cannot tell)",
        "features": "class gap ÷ class size, in the features",
        "picture": "perplexity {perplexity}: gap ÷ size **{gap:.1f}**",
        "alt": "t-SNE of the features at perplexity {perplexity}",
    },
)
