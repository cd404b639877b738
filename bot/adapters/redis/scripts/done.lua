-- Forgets a turn and its journal; the thread takes its place again if more has come in.
-- ARGV: thread, token, seconds to remember the end, how many turns that wait for the model's side are
-- tried now, as it has answered this one
-- Returns 1, or 0 if the turn is lost. Doing it twice is as doing it once.

local thread, token, remember, hurried = unpack(ARGV)

if not holds(thread, token) then return ended(token) end
end_claim(thread, token, remember)
redis.call('DEL', of('turn', thread), of('journal', thread))
make_room(thread)
ready_if_waiting(thread)
hurry_some(tonumber(hurried or 0))
return 1
