"""Examples for the API document."""

from postroom.tenancy.rates.bodies import LimitsBody, RequestLimitsAnswer
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    LimitsBody: {"A number": {"requests_per_minute": 1200}, "The usual number": {"requests_per_minute": None}},
    RequestLimitsAnswer: {"A number": {"requests_per_minute": 1200}},
}
