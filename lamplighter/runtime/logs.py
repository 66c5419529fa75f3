"""Logs: one fact a line on stderr, for people on a terminal and as JSON elsewhere."""

import logging
import sys

import structlog


def configure_logs(*, json: bool | None = None, level: str = "info") -> None:
    """Set up structlog for this process; `json` defaults to "stderr is no terminal"."""
    as_json = not sys.stderr.isatty() if json is None else json
    last: structlog.typing.Processor = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s %(levelname)s %(message)s")


def logger(**bound: object) -> structlog.typing.FilteringBoundLogger:
    """A logger with these facts bound to every line."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger(**bound)
    return log
