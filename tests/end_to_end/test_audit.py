"""The audit log, as operators read it."""

import json

from tests.end_to_end.conftest import World

LOG, HEAD = "panelbot:{audit:T1}:log", "panelbot:{audit:T1}:head"


async def test_operators_read_export_and_verify_what_was_done(world: World):
    code, out, _ = await world.panelbot("audit", "verify")
    assert (code, out) == (0, "The audit log is intact: 0 records so far.\n")
    await world.panelbot("experts", "export")
    await world.panelbot("feedback", "export")

    code, out, _ = await world.panelbot("audit", "show", "--since", "1")
    assert (code, [line.split()[1] for line in out.splitlines()]) == (0, ["exported"] * 2)
    assert "operator:" in out
    assert "feedback" in out
    code, out, _ = await world.panelbot("audit", "export")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["number"], line["act"]) for line in lines] == [
        (number, "exported") for number in (1, 2, 3)
    ]
    assert lines[1]["previous"] == lines[0]["hash"]
    code, out, _ = await world.panelbot("audit", "verify")
    noted = out.splitlines()[-1]
    assert (code, noted) == (0, f"3:{lines[-1]['hash']}")
    assert (await world.panelbot("audit", "verify", "--noted", noted))[0] == 0
    assert (await world.panelbot("audit", "verify", "--noted", "4:abc"))[0] == 1
    assert (await world.panelbot("audit", "show", "--since", "soon"))[0] == 2
