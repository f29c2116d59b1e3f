"""List prices in US East (N. Virginia), in dollars, without free tiers. A price has its date and where it was read.

AWS's own pages build their tables in the browser, so that no stored copy shows them: most were read in articles that
quote them, and ``checked`` says so.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """``dollars`` for ``per`` units; ``date`` is that of the source."""

    what: str
    dollars: float
    per: float
    date: str
    source: str
    checked: str = "quoted there from AWS's list"

    def of(self, amount: float) -> float:
        return amount * self.dollars / self.per


_MILLION = 1e6
_GB = 1e9
_UNDATED = "undated"
_ON_DYNAMODB = "airbyte.com/data-engineering-resources/dynamodb-pricing"
_ON_SQS = "factualminds.com/blog/amazon-sqs-pricing-64kb-rule-fifo-vs-standard"
_ON_LAMBDA = "cloudchipr.com/blog/aws-lambda-pricing"
_ON_LAMBDA_REQUESTS = "git.mcrn.ar/mariano/lambda_local_runner: lambda-13-cost.md"
_ON_HTTP_API = "awsforengineers.com/blog/aws-api-gateway-pricing-explained"
_ON_LOGS = "c3x.dev/blog/cloudwatch-logs-cost-optimization"
_ON_SECRETS = "hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms"
_ON_S3 = "dev.to/sh20raj/aws-s3-pricing-for-beginners-3fc2"
_ON_POSTMARK = "postmarkapp.com/support/article/understanding-your-postmark-invoice"
_OWN_PAGE = "its own page, a stored copy"

WRITE_UNITS = Price("write units", 0.625, _MILLION, "2025-07-21", _ON_DYNAMODB)
READ_UNITS = Price("read units", 0.125, _MILLION, "2025-07-21", _ON_DYNAMODB)
SQS = Price("SQS requests", 0.40, _MILLION, "2026-06-13", _ON_SQS)
FAIR_QUEUES = Price(
    "SQS fair queues",
    0.10,
    _MILLION,
    "2026-03-14",
    "cloudburn.io/blog/amazon-sqs-pricing",
    "quoted there; whether it is for sending only was not to be found, so it is counted for every request",
)
LAMBDA_TIME = Price(
    "Lambda GB-seconds, arm64",
    0.0000133334,
    1,
    "2024",
    _ON_LAMBDA,
    "first tier, quoted there",
)
LAMBDA_REQUESTS = Price(
    "Lambda requests",
    0.20,
    _MILLION,
    _UNDATED,
    _ON_LAMBDA_REQUESTS,
)
HTTP_API = Price(
    "HTTP API requests of 512 KB",
    1.00,
    _MILLION,
    "2025-05-19",
    _ON_HTTP_API,
)
LOGS = Price("CloudWatch Logs bytes", 0.50, _GB, "2026-06", _ON_LOGS)
TRACES = Price("X-Ray traces", 5.00, _MILLION, _UNDATED, "aws.amazon.com/de/xray/pricing", _OWN_PAGE)
SECRETS = Price(
    "Secrets Manager requests",
    0.05,
    1e4,
    _UNDATED,
    _ON_SECRETS,
)
S3_PUT = Price("S3 PUT", 0.005, 1e3, _UNDATED, _ON_S3)
S3_GET = Price("S3 GET", 0.0004, 1e3, _UNDATED, _ON_S3)
BYTES_OUT = Price("bytes to the internet", 0.09, _GB, _UNDATED, "apigatewaycost.com/aws")
STORAGE = Price(
    "DynamoDB GB-months",
    0.25,
    1,
    _UNDATED,
    "aws.amazon.com/dynamodb/pricing",
    f"{_OWN_PAGE} of an old date",
)

BACKUP = Price(
    "DynamoDB GB-months of point-in-time recovery",
    0.20,
    1,
    _UNDATED,
    "aws.amazon.com/dynamodb/pricing/on-demand",
    "no stored copy shows the figure; as quoted everywhere",
)
_ON_CLOUDWATCH = "factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards"
METRICS = Price(
    "CloudWatch metrics of our own, by the month", 0.30, 1, "2026-02-15", "signoz.io/guides/cloudwatch-pricing"
)
ALARM_METRICS = Price(
    "metrics that alarms look at, by the month", 0.10, 1, _UNDATED, "c3x.dev/resources/aws/aws_cloudwatch_metric_alarm"
)
DASHBOARDS = Price("CloudWatch dashboards, by the month", 3.00, 1, "2026-06-13", _ON_CLOUDWATCH)
SECRETS_KEPT = Price("secrets, by the month", 0.40, 1, _UNDATED, _ON_SECRETS)
BY_THE_MONTH = (BACKUP, METRICS, ALARM_METRICS, DASHBOARDS, SECRETS_KEPT)

OURS = (
    *(WRITE_UNITS, READ_UNITS, SQS, FAIR_QUEUES, LAMBDA_TIME, LAMBDA_REQUESTS, HTTP_API, LOGS, TRACES, SECRETS),
    *(S3_PUT, S3_GET, BYTES_OUT, STORAGE),
)

SES = Price(
    "Amazon SES",
    0.10,
    1e3,
    _UNDATED,
    "aws.amazon.com/ses/pricing",
    "no copy of it shows the figure; as quoted everywhere",
)
SENDGRID = Price(
    "SendGrid, Pro 100K",
    89.95,
    100_000,
    "2026-03-29",
    "apimap.dev/apis/sendgrid",
    "quoted there; larger plans cost less a mail",
)
POSTMARK = Price(
    "Postmark, Basic, beyond the plan",
    1.80,
    1e3,
    _UNDATED,
    _ON_POSTMARK,
    f"{_OWN_PAGE}; larger plans cost less a mail",
)
RIVALS = (SES, SENDGRID, POSTMARK)
