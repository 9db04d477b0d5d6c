# Events counted in the server's log, if no metric covers them. Lines are JSON with pino's levels: 50 is an error, 60 is
# fatal: the process exits.

locals {
  counted = {
    errors            = "{ $.level >= 50 }"
    fatal             = "{ $.level >= 60 }"
    leads             = "{ $.msg = \"exchange: leads\" }"
    journal_went_back = "{ $.msg = \"journal: the database lost batches*\" }"
    no_standby        = "{ ($.msg = \"exchange: the standby has not taken the lead\") || ($.msg = \"exchange: no standby is there to hand over to\") }"
  }
}

resource "aws_cloudwatch_log_metric_filter" "counted" {
  for_each = local.counted

  name           = each.key
  log_group_name = aws_cloudwatch_log_group.server.name
  pattern        = each.value

  metric_transformation {
    namespace     = var.name
    name          = each.key
    value         = "1"
    default_value = "0"
  }
}

locals {
  # Rolls a deployment back, within a minute or two, on conditions that a good one never causes.
  deployment_alarms = {
    gateway-5xx = {
      description = "Gateways answered 5xx more than 10 times a minute, twice. A good deployment causes none; a single client may see a few."
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_Target_5XX_Count"
      dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
      statistic   = "Sum"
      threshold   = 10
      periods     = 2
    }
    balancer-5xx = {
      description = "The load balancer itself answered 5xx: it found no ready gateway, or one dropped the connection."
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_ELB_5XX_Count"
      dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
      statistic   = "Sum"
      threshold   = 10
      periods     = 2
    }
    acknowledgements = {
      description = "Answers to orders averaged more than 250 ms in each of 3 minutes. A good deployment hands over in a fifth of a second, once; a slow version stays slow."
      namespace   = var.name
      metric      = "valiant_order_ack_seconds"
      dimensions  = { role = "gateway" }
      statistic   = "Average"
      threshold   = 0.25
      periods     = 3
    }
    degraded = {
      description = "No order was accepted for more than 20 s of each of 2 minutes. A good deployment hands over in a fifth of a second, once."
      namespace   = var.name
      metric      = "valiant_degraded_seconds_total"
      dimensions  = { role = "exchange" }
      statistic   = "Sum"
      threshold   = 20
      periods     = 2
    }
    errors = {
      description = "More than 20 errors a minute in the server's log, twice. Each is a defect or an external fault; a passing fault causes fewer."
      namespace   = var.name
      metric      = "errors"
      dimensions  = {}
      statistic   = "Sum"
      threshold   = 20
      periods     = 2
    }
    fatal = {
      description = "A server crashed because of a defect. One is too many."
      namespace   = var.name
      metric      = "fatal"
      dimensions  = {}
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "deployment" {
  for_each = local.deployment_alarms

  alarm_name          = "${var.name}-deployment-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 60
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarms_topic_arn]
}
