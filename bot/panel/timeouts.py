"""Timeouts, and the limits of retries."""

from dataclasses import dataclass

from bot.panel.retries import Backoff


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Waiting times, in seconds."""

    retries: tuple[float, ...] = (1, 2, 4)  # before each further try of a model request
    longest: float = 30  # for all waits of one request; the queue waits longer
    expert: float = 180  # for an expert's whole answer, all tries together
    function: float = 60  # for the answer of an expert that is a function
    files: float = 60  # for all files of a turn, before the experts answer without the rest
    plan_updates: float = 1  # between updates of the plan message: Slack's limit for a channel
    stream_updates: float = 1  # between additions to a message that grows
    stream: float = 240  # that a message may grow: Slack ends it after about five minutes
    turn_retry_delays: tuple[float, ...] = (5, 15, 60, 300)  # before each further try of a turn
    longest_turn_delay: float = 900  # however long a neighbour wants us to stay away
    stops: float = 0.5  # between looks for turns that are to be stopped
    approval: float = 24 * 60 * 60  # that people have to decide on what needs approval
    deaths: int = 5  # how many workers may die with a turn before it is put aside

    @property
    def backoff(self) -> Backoff:
        """How requests are retried within a turn."""
        return Backoff(self.retries, longest=self.longest)
