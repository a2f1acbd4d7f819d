"""What Learn says beside its elements."""

from __future__ import annotations

from dann_core.language import say
from ui.learn.scene import Said

TWO_DOMAINS = Said(
    title=say("Two domains"),
    words=say(
        "● **Source**: points with labels. Colour is the class.\n\n"
        "△ **Target**: the same two moons, turned. It has **no labels**: all look alike.\n\n"
        "The task is the same, but the data has moved. That is a *domain shift*."
    ),
    to_try=say(
        "turn the target to 60°: more than half of it now lies nearest to the *wrong* moon. At 0° nothing moved."
    ),
)

CLASSIFIER = Said(
    title=say("A classifier that fails"),
    words=say(
        "A classifier learns from the source alone. The black line is its boundary.\n\n"
        "On the source it becomes perfect. The **same line** cuts through the target's moons.\n\n"
        "A ring marks a wrong prediction. The target's rings are an *exam*: training never sees those labels."
    ),
    to_try=say("train to 300 iterations. The source's rings vanish, the target's stay: more training is no cure."),
)

DISCRIMINATOR = Said(
    title=say("The discriminator"),
    words=say(
        "A second network guesses where a point is **from**: source or target?\n\n"
        "Tint: blue where it says source, sand where it says target, none where it is at a loss.\n\n"
        "If it can tell, the domains differ. That needs no class labels at all."
    ),
    to_try=say(
        "turn the target to 0°. The tint fades: the loss comes near ln 2 = 0.693 and the accuracy near 50 %, what "
        "guessing gets."
    ),
)

REVERSAL = Said(
    title=say("The reversal"),
    words=say(
        "Follow **one gradient** of the discriminator's loss $L_d$ back to one target feature ▲.\n\n"
        "Going down $L_d$ helps the discriminator. So on the way to the extractor the gradient is multiplied by "
        "**−λ**: the feature goes *up* $L_d$, to where the discriminator takes it for the source.\n\n"
        "The discriminator gets its gradient unturned: it learns to tell, the features learn to hide. Here it holds "
        "still; in training it answers."
    ),
    to_try=say("set the factor to +1, the wrong sign. Now the feature walks where it is *recognised*: $L_d$ falls."),
)

SCHEDULE = Said(
    title=say("The schedule"),
    words=say(
        "λ starts at 0: first the classifier, then the tug of war. **gamma** says how steeply λ rises, **max_iter** "
        "when the rise is over.\n\n"
        "“DANN's schedule” is not one curve: libraries differ in gamma, and in the iterations they divide by. The "
        "figures are λ at iteration 3,000, at the grey line."
    ),
    to_try=say(
        "gamma 10 and max_iter 20,000: your curve is the paper's. Gamma 1 and 10,000: DeepDA's, which ends at 0.46."
    ),
)

READING = Said(
    title=say("Reading the charts"),
    words=say(
        "**Adversarial loss at ln 2 = 0.693, domain accuracy at 50 %**: the discriminator cannot tell. That is the "
        "goal, not a failure, and it says nothing about the classes.\n\n"
        "**t-SNE** shows who is whose neighbour. The three pictures are of the *same* features: do not ask them how "
        "far, how large or how dense.\n\n"
        "Colour is the true class; ● source, △ target."
    ),
    to_try=say(
        "switch to DANN. The figures near ln 2 and 50 %, and △ come to lie on ●. The gap between the classes is "
        "another one in each picture."
    ),
)
