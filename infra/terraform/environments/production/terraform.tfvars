# Nothing here is secret. Replace the example values first (README.md).
region            = "us-east-1"
account_id        = "000000000000"
domain            = "valiant.example"
route53_zone_id   = "Z00000000000000000000"
image             = "ghcr.io/example/valiant@sha256:0000000000000000000000000000000000000000000000000000000000000000"
github_repository = "example/valiant"
# registry_secret_arn and sentry_secret_arn: optional, once their secrets exist (README.md, 3 and 7).
alarm_emails      = ["operator@valiant.example"]
