"""From the text of a YAML file to its nodes; JSON is YAML, too."""

import yaml

from bot.panel.errors import Refused
from bot.settings.yaml_files.files import place, text_of
from bot.settings.yaml_files.yaml_nodes import Fault, YamlNode

_HINTS = {  # what the parser says, and what people do to get that
    "character '\\t'": "indent with blanks, not with tabs",
    "that cannot start any token": "put the value in quotes",
    "mapping values are not allowed": "put a value that has a colon in quotes, or look at how "
    "this line and the one before are indented",
    "expected <block end>": "indent what belongs together alike",
    "could not find expected ':'": "a field is written `name: value`, and a text of several lines "
    "begins with `|`",
    "unexpected end of stream": "a quote is opened here, and not closed",
    "but got '?'": "put a text with a question mark in quotes between brackets",
    "expected ',' or ']'": "a bracket [ is open; elements have commas between",
    "expected ',' or '}'": "a bracket { is open; fields have commas between",
    "undefined alias": "put a value that begins with * in quotes",
    "another document": "a file has one document, without --- in it",
}


def load(path: str, *, setting: str = "") -> YamlNode:
    """Return the content of the file at *path*, which *setting* may name. Raises Refused."""
    file = f"{setting} {path}" if setting else path
    return parse(text_of(path, file), file)


def parse_bundled(text: str, file: str) -> YamlNode:
    """Return a YAML *text* of our own, in a tenth of the time if there is a parser in C."""
    root = yaml.CBaseLoader(text).get_single_node() if yaml.__with_libyaml__ else None
    return YamlNode(root, file) if root else parse(text, file)


def parse(text: str, file: str) -> YamlNode:
    """Return the content of a YAML *text*; errors call it *file*. Raises Refused."""
    try:
        loader = yaml.BaseLoader(text)
    except yaml.reader.ReaderError as error:
        problem = f"the file is not YAML text: {error.reason}"
        raise Fault(file, *place(text[: error.position]), problem) from error
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or loader.get_mark()
        problem = str(error.problem or error.context)
        if "end of stream" in problem and error.context_mark:
            mark = error.context_mark
        hint = next((hint for said, hint in _HINTS.items() if said in problem), "")
        problem = f"the file is not YAML: {problem}{hint and f'; {hint}'}"
        raise Fault(file, mark.line, mark.column, problem) from error
    except RecursionError as error:
        mark = loader.get_mark()
        problem = "lists and fields are nested too deeply here; close brackets that are open"
        raise Fault(file, mark.line, mark.column, problem) from error
    except (ValueError, OverflowError) as error:  # raised by PyYAML for "\UFFFFFFFF"
        mark = loader.get_mark()
        raise Fault(file, mark.line, mark.column, "no character has this number") from error
    if root is None:
        raise Refused(f"{file} is empty")
    return YamlNode(root, file)
