# Nothing here is secret. What has example values is to be replaced before anything else (README.md).
region            = "us-east-1"
account_id        = "000000000000"
domain            = "staging.valiant.example"
route53_zone_id   = "Z00000000000000000000"
image             = "ghcr.io/example/valiant@sha256:0000000000000000000000000000000000000000000000000000000000000000"
github_repository = "example/valiant"
# registry_secret_arn and sentry_secret_arn: once their secrets are there, where they are wanted (README.md, 3 and 7).
alarm_emails      = ["operator@valiant.example"]
