"""All planted bugs."""

from tests.simulation.mutants.adapter_mutants import ADAPTERS
from tests.simulation.mutants.domain_mutants import DOMAIN
from tests.simulation.mutants.script_mutants import SCRIPTS
from tests.simulation.mutants.story_mutants import STORY
from tests.simulation.mutants.upgrade_mutants import UPGRADES

MUTANTS = (*DOMAIN, *ADAPTERS, *SCRIPTS, *STORY, *UPGRADES)
