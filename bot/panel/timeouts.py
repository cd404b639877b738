"""Timeouts, delays before retries, and how often things are repeated."""

from dataclasses import dataclass

from bot.panel.retries import Backoff


@dataclass(frozen=True, slots=True)
class Timeouts:
    """What the panel waits for, in seconds."""

    retry_delays: tuple[float, ...] = (1, 2, 4)  # before each retry of a request
    longest_delay: float = 30  # all delays of a request together; the queue waits longer
    expert: float = 180  # for an expert's whole answer, with all retries
    further_calls: float = 1  # for the same expert, before it is asked all at once
    function: float = 60  # for the answer of an expert that is a function
    files: float = 60  # for all files of a turn; experts then answer without the missing ones
    plan_of_several: float = 1  # until the plan is posted, if more than one expert is asked
    plan_of_one: float = 5  # the same if one is: the status line says as much
    plan_updates: float = 1  # between updates of the plan message: Slack's limit for a channel
    stream_updates: float = 1  # between additions to a stream
    stream: float = 240  # the length of a stream: Slack ends it after about five minutes
    turn_retry_delays: tuple[float, ...] = (5, 15, 60, 300)  # before each retry of a turn
    longest_turn_delay: float = 900  # even if a service asks for a longer one
    stop_requests: float = 0.5  # between polls for turns that are to be stopped
    approval: float = 24 * 60 * 60  # for people to decide on a request for approval
    max_deaths: int = 5  # of workers that have the turn; then it is buried

    @property
    def backoff(self) -> Backoff:
        """How requests are retried within a turn."""
        return Backoff(self.retry_delays, longest=self.longest_delay)
