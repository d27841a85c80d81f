"""The catalogue of mistakes: one module a topic, and the two tables of warnings."""

from . import valid, project, templates, commands, names
from .case import CASES, Case
from .open import OPEN
from .warnings import EVENTS, OWN, QUIET


def all_cases():
    return CASES
