"""A cache for what several visitors may ask for at once: one makes it, the others wait for that one and for nobody else."""

import functools
import threading
from collections import OrderedDict
from concurrent.futures import Future

__all__ = ["kept"]


def kept(most):
    """Decorator: keep the last `most` answers by their (hashable) arguments; an answer that fails is told and not kept."""

    def wrap(make):
        held, lock = OrderedDict(), threading.Lock()

        @functools.wraps(make)
        def ask(*key):
            with lock:
                first = key not in held
                answer = held.setdefault(key, Future())
                held.move_to_end(key)
                while len(held) > most:
                    held.popitem(last=False)
            if first:
                try:
                    answer.set_result(make(*key))
                except BaseException as error:
                    with lock:
                        held.pop(key, None)
                    answer.set_exception(error)
            return answer.result()

        ask.forget = held.clear
        return ask

    return wrap
