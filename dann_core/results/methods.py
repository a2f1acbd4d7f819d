"""A run in the words of a paper's methods section, generated from its record: what was done, with which numbers."""

from __future__ import annotations

from textwrap import fill

from dann_core.domains import Domain
from dann_core.domains.files.errors import count
from dann_core.method.history import Change
from dann_core.method.networks import Network
from dann_core.method.schedules import LEARNT, SHARES_KNOWN, decides_in
from dann_core.results.record import Record
from dann_core.settings import Settings
from dann_core.settings.knobs import Knob, to_text
from dann_core.settings.methods import METHODS, method_of

WIDTH = 100

_STANDARDISED = {
    "none": "Inputs were not standardised",
    "source": "Inputs were standardised with the statistics of the source",
    "pooled": "Inputs were standardised with the statistics of both domains together",
    "per-domain": "Inputs of each domain were standardised with that domain's own statistics",
}
_DECAYS = {
    "none": "constant",
    "ganin": "divided by (1 + 10 i / max_iter)^0.75",
    "cosine": "lowered to 0 at max_iter along a cosine",
}
_DISCREPANCIES = {
    "mmd": "the squared maximum mean discrepancy with five Gaussian kernels (Gretton et al. 2012; Long et al. 2015)",
    "coral": "the distance of the feature covariances (Sun & Saenko 2016)",
}


def methods(record: Record, counts: tuple[int, int], read: str = "") -> str:
    """The paragraphs, for a run with so many source and target samples; `read` says what was read from files."""
    settings = record.settings
    paragraphs = [
        _data(record, counts, read),
        _objective(settings),
        _schedule(settings),
        _network(record),
        _training(record),
        "The labels of the target, where it has any, reached no loss, schedule, stopping rule or standardisation. The "
        f"network after the last iteration, {record.iterations:,}, was used: nothing was selected on the target.",
    ]
    if record.changes:
        paragraphs.append(_changed(record.changes))
    return "\n\n".join(fill(paragraph, WIDTH) for paragraph in paragraphs) + "\n"


def _data(record: Record, counts: tuple[int, int], read: str) -> str:
    shape = " x ".join(map(str, record.sample_shape))
    domain = record.built_in()
    if domain:
        told = (k for k in domain.knobs() if not k.group or getattr(domain, k.name) != k.default)
        drawn = ", ".join(_drawn(domain, k) for k in told)
        what = f"built-in domains of DANN Explorer, {domain.title} ({drawn}; seed {record.settings.seed})"
    else:
        what = f"domains {record.pair}"
    logs = ", after log(1 + x)" if record.settings.log_counts else ""
    return (
        f"Data: {what}; {counts[0]:,} labelled source samples and {counts[1]:,} target samples of shape {shape}, in "
        f"{len(record.class_names)} classes. {_STANDARDISED[record.settings.standardisation]}{logs}. {read}"
    )


def _drawn(domain: Domain, knob: Knob) -> str:
    # A painting is too long to be read.
    value = "as in settings.json" if knob.kind == "text" else to_text(getattr(domain, knob.name))
    return f"{knob.label} {value}"


def _objective(settings: Settings) -> str:
    name = method_of(settings)
    called = f" This is {METHODS[name].title} ({METHODS[name].source})." if name and name != "upload" else ""
    terms = [f"{_times(settings.classification_weight)}the source's cross-entropy"]
    if settings.adversarial_weight:
        sees = "features" if settings.discriminator_input == "features" else "features and predictions (CDAN)"
        terms.append(
            f"{_times(settings.adversarial_weight)}the domain adversarial loss, 0.5 (BCE(D(source), 1) + "
            f"BCE(D(target), 0)) on the discriminator's logits for {sees}"
        )
    if settings.discrepancy != "none":
        terms.append(f"{_times(settings.discrepancy_weight)}{_DISCREPANCIES[settings.discrepancy]}")
    if settings.entropy_weight:
        balance = f", less {_times(settings.entropy_balance)}that of their mean" if settings.entropy_balance else ""
        terms.append(f"{_times(settings.entropy_weight)}the entropy of the target's predictions{balance}")
    text = f"Objective: minimised was {'; plus '.join(terms)}.{called}"
    if settings.adversarial_weight:
        sign = (
            " A gradient reversal between features and discriminator multiplied the gradient by -lambda (Ganin et al. "
            "2016)"
        )
        if settings.lambda_sign < 0:
            sign = " By mistake, for a lesson, the discriminator's gradient reached the features times +lambda"
        text += f"{sign}; the discriminator itself learnt at full strength."
    if settings.reversal_limit:
        text += (
            f" The reversed gradient was shortened to at most {settings.reversal_limit:g} times the length of the "
            "classification loss's own at the features."
        )
    if settings.weighs_classes:
        text += (
            " Source samples were weighted to the target's class shares, estimated from its nearest source samples "
            "(after Tachet des Combes et al. 2020), in the features where those in the inputs do not know the source's "
            "classes. Nothing was to be adapted if the domains overlapped before (nearest neighbours of two samples; "
            "after Schilling 1986), or nearest source samples did not agree on classes beyond chance (Fleiss 1971)."
        )
        if settings.entropy_weight:
            text += (
                " Where the target had few samples, the entropy term sharpened what neighbours in the input agreed on, "
                "and held predictions to those at the iteration from which these shares counted."
            )
    return text


def _times(weight: float) -> str:
    return "" if weight == 1 else f"{weight:g} times "


def _schedule(settings: Settings) -> str:
    if not settings.use_lambda_scheduler:
        text = f"Schedule: lambda was {settings.lambda_max:g} throughout."
    else:
        text = (
            f"Schedule: lambda(i) = {settings.lambda_max:g} * (2 / (1 + exp(-{settings.gamma:g} i / "
            f"{settings.max_iter})) - 1), i being the iteration."
        )
    if settings.entropy_weight:
        text += " The weight of the entropy rose with the same factor."
    if settings.weighs_classes:
        text += (
            f" Before iteration {decides_in(settings):,} (the source was learnt for {SHARES_KNOWN:.0%} of the run, at "
            f"least {LEARNT} iterations) samples counted alike, and lambda was 0 unless nearest source samples gave "
            "the target about the source's class shares."
        )
    return (
        f"{text} The learning rate, {settings.learning_rate:g} at first, was {_DECAYS[settings.learning_rate_decay]}."
    )


def _network(record: Record) -> str:
    import torch

    settings = record.settings
    with torch.device("meta"):
        network = Network(record.sample_shape, len(record.class_names), settings)
    parameters = sum(p.numel() for p in network.parameters())
    norm = "no" if settings.discriminator_norm == "none" else settings.discriminator_norm
    return (
        f"Network: extractor {network.kind} to {network.feature_dim:,} features, a linear classifier"
        + (" behind two hidden layers" if network.kind == "tutorial-cnn" else "")
        + f", and a discriminator of {count(settings.discriminator_depth, 'hidden layer')} of "
        f"{settings.discriminator_width:,} units with {norm} normalisation; {parameters:,} parameters."
    )


def _training(record: Record) -> str:
    settings = record.settings
    made = ", ".join(f"{name} {version}" for name, version in record.made_with.items())
    return (
        f"Training: {record.iterations:,} iterations of {settings.batch_size} source and {settings.batch_size} target "
        f"samples with {settings.optimizer}"
        + (" (momentum 0.9)" if settings.optimizer == "sgd" else "")
        + f", weight decay {settings.weight_decay:g}; seed {settings.seed} decided the first weights and the order of "
        f"the samples. {made}."
    )


def _changed(changes: tuple[Change, ...]) -> str:
    told = (f"{c.name} from {to_text(c.old)} to {to_text(c.new)} at iteration {c.iteration:,}" for c in changes)
    return f"While it was trained, settings were changed by hand: {'; '.join(told)}."
