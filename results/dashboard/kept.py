"""A cache for what several visitors may ask for at once: one makes it, the others wait for that one and for nobody else."""

import contextvars
import functools
import threading
from collections import OrderedDict
from concurrent.futures import Future

__all__ = ["kept"]


def kept(most):
    """Decorator: keep the last `most` answers by their (hashable) arguments; an answer that fails is told and not kept.

    The function's `later(*arguments)` gives a `Future` at once and makes the answer in a thread of its own; `forget()` drops all.
    """

    def wrap(make):
        held, lock = OrderedDict(), threading.Lock()

        def claim(key):
            """The Future of an answer, and whether the one who asks has to make it."""
            with lock:
                first = key not in held
                answer = held.setdefault(key, Future())
                held.move_to_end(key)
                while len(held) > most:
                    held.popitem(last=False)
            return answer, first

        def work(key, answer):
            try:
                answer.set_result(make(*key))
            except BaseException as error:
                with lock:
                    held.pop(key, None)
                answer.set_exception(error)

        @functools.wraps(make)
        def ask(*key):
            answer, first = claim(key)
            if first:
                work(key, answer)
            return answer.result()

        def later(*key):
            answer, first = claim(key)
            if first:
                threading.Thread(target=contextvars.copy_context().run, args=(work, key, answer), daemon=True).start()
            return answer

        ask.later, ask.forget = later, held.clear
        return ask

    return wrap
