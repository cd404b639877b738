import json

import jsonschema
import pytest

from bot.adapters.slack.blocks.form_target import FormTarget
from bot.adapters.slack.documents import document_forms
from bot.adapters.slack.documents.document_forms import DocumentSubmission
from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName

LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Law.", "Read it.")
HERE = FormTarget("C1", for_defaults=False, name=LEGAL.name)
EVERYWHERE = FormTarget("C1", for_defaults=True, name=LEGAL.name)


def filled(pupil: FormTarget = HERE, files: tuple[str, ...] = (), link: str | None = None) -> dict:
    values = {
        "files": {"value": {"type": "file_input", "files": [{"id": file_id} for file_id in files]}},
        "link": {"value": {"type": "plain_text_input", "value": link}},
    }
    return document_forms.modal(pupil, LEGAL) | {"state": {"values": values}}


@pytest.mark.parametrize("pupil", [HERE, EVERYWHERE])
def test_slack_takes_the_form(pupil, shared):
    schema = json.loads((shared / "slack/schemas/A_views_open.json").read_text())
    view = document_forms.modal(pupil, LEGAL)
    jsonschema.Draft7Validator(schema).validate({"trigger_id": "1.2.x", "view": view})
    assert len(view["title"]["text"]) <= 24


@pytest.mark.parametrize("pupil", [HERE, EVERYWHERE])
def test_a_lesson_comes_back_as_it_was_given(pupil):
    lesson = DocumentSubmission(pupil, ("F1", "F2"), "https://x")
    assert document_forms.read(filled(pupil, ("F1", "F2"), " https://x ")) == lesson


def test_a_form_without_anything_is_refused_at_the_files():
    with pytest.raises(Refused, match="choose a file") as caught:
        document_forms.read(filled(link=" "))
    assert caught.value.field == "files"


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"channel": "C1", "scope": "x", "name": "a"}'])
def test_a_form_that_is_not_ours_is_refused(kept):
    with pytest.raises(Refused, match="out of date"):
        document_forms.read(filled(files=("F1",)) | {"private_metadata": kept})
