"""What a guarantee means: facts, rulebooks, the sweep over them, verdicts and their words."""

from notoneless.kernel.explanations import Explanation
from notoneless.kernel.facts import Fact, FactSchema, Subject, load_facts
from notoneless.kernel.loading import load_rulebook, load_rulebooks
from notoneless.kernel.rulebook import Guarantee, Policy, Rulebook, shipped
from notoneless.kernel.sweep import VERDICTS, Sweep, compile_sweep

__all__ = [
    "VERDICTS",
    "Explanation",
    "Fact",
    "FactSchema",
    "Guarantee",
    "Policy",
    "Rulebook",
    "Subject",
    "Sweep",
    "compile_sweep",
    "load_facts",
    "load_rulebook",
    "load_rulebooks",
    "shipped",
]
