"""The families of faults, as kinds of simulated days: few threads at once, so that days are short.

Functions are left out: they run in threads and processes of their own.
"""

from collections.abc import Mapping
from dataclasses import replace

from tests.faults.features import FEATURES, together
from tests.faults.scenarios import SCENARIOS, Scenario, in_use


def _brief(scenario: Scenario) -> Scenario:
    habits = replace(scenario.habits, at_once=4, longest=5, more_for_traps=5, timeout=300.0)
    return replace(scenario, habits=habits)


_SIMULATED = [feature for feature in FEATURES if feature.name != "functions"]
KINDS: Mapping[str, Scenario] = {
    one.name: _brief(one)
    for one in (
        *SCENARIOS,
        *(in_use(feature) for feature in (*_SIMULATED, together("all together", _SIMULATED))),
    )
}
