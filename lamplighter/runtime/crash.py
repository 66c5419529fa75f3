"""A bug ends the process with a trace; its supervisor starts it again."""

import os
import sys
import threading
import traceback


def end_on_thread_failure() -> None:
    """Make an error that no thread handles end the whole process with code 70, instead of leaving a half of it running."""

    def end(arguments: threading.ExceptHookArgs) -> None:
        name = arguments.thread.name if arguments.thread is not None else "?"
        sys.stderr.write(f"thread {name} failed; the process ends\n")
        traceback.print_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
        sys.stderr.flush()
        os._exit(70)

    threading.excepthook = end
