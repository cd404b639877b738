"""Which words belong to which subject: all that the rule model knows of the world."""

from collections.abc import Mapping

# A word that experts' descriptions use, and what people say when they mean it.
SUBJECTS: Mapping[str, str] = {
    "licence": "license licensed licensing mit gpl lgpl agpl bsd apache copyleft proprietary "
    "closed open-source patent trademark",
    "contract": "agreement nda clause sign signature termination",
    "privacy": "gdpr personal consent dpa ccpa hipaa cookies tracking",
    "liability": "liable sue lawsuit warranty damages lawyer legal law",
    "cost": "price pricing expensive cheap pay paid afford money spend fee support",
    "budget": "invest investment funding afford finance financial",
    "security": "secure hack hacked hacker attack exploit leak phishing cve malware safe",
    "vulnerability": "vulnerable breach cve exploit injection",
    "authentication": "login password passkey token sso oauth",
    "architecture": "backend frontend microservice monolith framework library module service",
    "code": "bug refactor rewrite python javascript rust java library implement",
    "database": "postgres mysql sqlite redis query index",
    "performance": "slow fast latency speed",
    "outage": "down downtime crash crashed unavailable broken",
    "deployment": "deploy rollback release kubernetes docker",
    "hiring": "hire candidate recruit recruiting job",
    "people": "colleague burnout vacation holiday salary promotion quit",
    "marketing": "campaign slogan advert advertising ads seo newsletter",
    "design": "ui ux layout mockup screen colour",
    "roadmap": "feature prioritise prioritize backlog mvp",
    "metrics": "kpi measure dashboard significance conversion",
    "sales": "deal prospect discount quote customer",
    "tickets": "helpdesk complaint complain complains",
    "research": "compare competitor alternative source",
    "writing": "email letter proofread translate headline blog",
}

# Words that say little about whom to ask, since everybody uses them.
COMMON = frozenset(
    """
    build built change closed customer customers help issue library make new plan problem product
    project question release report review risk service support system team tool user users version
    work
    """.split()  # noqa: SIM905 - as a list it would not fit a page
)

STOP = frozenset(
    """
    a about above after again all also am an and any anybody are as ask at be because been before
    being below between both but by can cannot consult could did do does doing down during each
    either else every few for from further get give go good had has have having he hello her here
    hers hey hi him his how however i if in into is it its just know let like many may me might
    more most much must my need no nor not now of off ok okay on once one only or other our out
    over own per please put really same say see shall she should so some something such take tell
    than thank thanks that the their them then there these they thing think this those through to
    too under until up upon us use used using very want was way we well were what when where
    whether which while who whom whose why will with within without would yes yet you your
    """.split()  # noqa: SIM905 - same
)
