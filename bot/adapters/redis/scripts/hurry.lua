-- Lets some of the turns that wait for the model's side be tried now: it has answered another.
-- ARGV: how many

hurry_some(tonumber(ARGV[1]))
