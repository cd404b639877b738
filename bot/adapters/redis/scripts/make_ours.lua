-- Makes a thread ours; a muted one stays muted.
-- KEYS: its standing. ARGV: seconds to remember it

make_ours(P, ARGV[1])
