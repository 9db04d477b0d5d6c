# One topic, for alarms that need attention now: every alarm's description gives the reason for its threshold.

data "aws_caller_identity" "here" {}

data "aws_region" "here" {}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.logs_key_arn
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "Alarms"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.here.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms.json
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  gib = 1024 * 1024 * 1024

  alarms = merge(
    local.database_alarms,
    local.cache_alarms,
    local.balancer_alarms,
    local.task_alarms,
    local.market_alarms,
    local.server_alarms,
    local.gateway_alarms,
    local.rotation_alarms,
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = "${each.value.why} ${var.run_book}/${lookup(each.value, "see", "aws.md#alarms")}"
  namespace         = each.value.namespace
  metric_name       = each.value.metric
  dimensions        = each.value.dimensions
  # Percentiles are a separate argument from the other statistics.
  statistic           = startswith(each.value.of, "p") ? null : each.value.of
  extended_statistic  = startswith(each.value.of, "p") ? each.value.of : null
  period              = lookup(each.value, "period", 60)
  evaluation_periods  = each.value.minutes
  datapoints_to_alarm = each.value.minutes
  comparison_operator = each.value.is == "above" ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = each.value.threshold
  # If data that should exist is missing, that is the fault.
  treat_missing_data = each.value.is_silence_bad ? "breaching" : "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
}
