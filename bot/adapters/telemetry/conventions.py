"""The names that OpenTelemetry's conventions give: change them here, as the conventions do.

Those for generative AI are not stable yet, and the libraries' own constants are an older version's.
"""

GEN_AI_VERSION = "0.1.0"  # of semantic-conventions-genai; all else is of 1.45

# --- Generative AI: attributes -----------------------------------------------
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
AGENT = "gen_ai.agent.name"  # of workflows, too
TOOL = "gen_ai.tool.name"
TOOL_TYPE = "gen_ai.tool.type"
CONVERSATION = "gen_ai.conversation.id"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens"
REQUEST_EFFORT = "gen_ai.request.reasoning.level"
REQUEST_STREAM = "gen_ai.request.stream"
RESPONSE_ID = "gen_ai.response.id"
RESPONSE_MODEL = "gen_ai.response.model"
RESPONSE_FINISH = "gen_ai.response.finish_reasons"
RESPONSE_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"  # seconds
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
WRITTEN_TOKENS = "gen_ai.usage.cache_write.input_tokens"
INSTRUCTIONS = "gen_ai.system_instructions"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"

# --- Generative AI: operations, which also begin the names of their spans ----
WORKFLOW = "invoke_workflow"
INVOKE_AGENT = "invoke_agent"
CHAT = "chat"
EXECUTE_TOOL = "execute_tool"

# --- Generative AI: the event that tells what somebody thinks of a response --
EVALUATION = "gen_ai.evaluation.result"
EVALUATION_NAME = "gen_ai.evaluation.name"
EVALUATION_SCORE = "gen_ai.evaluation.score.value"
EVALUATION_LABEL = "gen_ai.evaluation.score.label"
EVALUATION_EXPLANATION = "gen_ai.evaluation.explanation"

# --- All others --------------------------------------------------------------
ERROR = "error.type"
SERVER = "server.address"
SERVER_PORT = "server.port"
MESSAGING_SYSTEM = "messaging.system"
MESSAGING_OPERATION = "messaging.operation.name"
MESSAGING_TYPE = "messaging.operation.type"
MESSAGING_DESTINATION = "messaging.destination.name"
MESSAGING_COUNT = "messaging.batch.message_count"
DATABASE = "db.system.name"
DATABASE_OPERATION = "db.operation.name"
DATABASE_SCRIPT = "db.stored_procedure.name"
DATABASE_BATCH = "db.operation.batch.size"
RPC_SYSTEM = "rpc.system.name"
RPC_METHOD = "rpc.method"

# --- Ours --------------------------------------------------------------------
ROLE = "panelbot.role"  # web, worker or run
TURN = "panelbot.turn.id"
ATTEMPT = "panelbot.turn.attempt"
OUTCOME = "panelbot.outcome"
PATH = "panelbot.consultation.path"  # legal/tax where Legal asks Tax
CONVENTIONS = "panelbot.genai_conventions"  # of the scope: the version above
