"""A model without intelligence: rules that derive every reply from the request.

It chooses tools by the words that a question shares with their descriptions, answers as an
expert from the points in its instructions, and sums up from the outputs. Enough to see a
panel at work without an account.
"""

import json

from bot.playground.openai.rule_model.answers.writing import answer
from bot.playground.openai.rule_model.closing_rules import newest_outputs, sum_up
from bot.playground.openai.rule_model.colleague_rules import (
    answer_with_colleagues,
    consulted,
    is_expert,
    is_router,
)
from bot.playground.openai.rule_model.document_rules import answer_from_documents
from bot.playground.openai.rule_model.enumerated_tools import separated
from bot.playground.openai.rule_model.hosted_rules import use_hosted
from bot.playground.openai.rule_model.prompt_reading import question_in
from bot.playground.openai.rule_model.remote_rules import told_by_servers, use_server
from bot.playground.openai.rule_model.routing.routing_rules import choose
from bot.playground.openai.rule_model.schema_filling import fill
from bot.playground.openai.stand_in.brain import ModelRequest, Reply, Text


class RuleBrain:
    """Follows the rules."""

    def reply(self, request: ModelRequest) -> Reply:
        """Return what the rules make of *request*."""
        separate = separated(request)
        return separate.called(self._reply(separate.request))

    def _reply(self, request: ModelRequest) -> Reply:
        if request.schema is not None:
            question = question_in(request.last_user_text)
            return [Text(json.dumps(fill(request.schema, question, {}), ensure_ascii=False))]
        if newest_outputs(request.items) and not request.must_call:
            both = answer_with_colleagues if is_expert(request) else sum_up
            return [Text(both(request))]
        if request.may_call and (request.tools or is_router(request)):
            calls = choose(request) if not is_expert(request) else consulted(request)
            if calls or request.must_call:
                return calls or choose(request)
        if request.remote and (use := use_server(request)):
            return use
        if request.hosted and (use := use_hosted(request)):
            return use
        if request.search:
            return answer_from_documents(request, request.search)
        return [Text(answer(request, told_by_servers(request)))]
