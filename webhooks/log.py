"""Log lines of the receiver: one JSON object each, on standard error."""

import logging
import sys

import structlog


def configure_log() -> None:
    """Lines from level INFO up, with their time in UTC. Accepted deliveries are DEBUG and cost next to nothing."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
