"""The events, one module per chapter of a life; importing this package registers all of them.

A chapter holds its attributes, its events, its rules, obligations and gates together, in the order of
life. Later chapters import earlier ones, never the other way round.
"""

from domain.events import intake as intake
