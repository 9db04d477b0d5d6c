# The server's own metrics in CloudWatch: beside each server an AWS collector reads its /metrics once a minute, on the
# task's loopback, and writes the metrics selected here to a log from which CloudWatch extracts metrics (EMF). No port is
# opened for it, and a collector ends with its task.

locals {
  metrics_port = 9464

  # Each metric costs money, so only those that an alarm, the scaling or the dashboard uses. A counter becomes its increase
  # in the minute, a histogram its count and sum: CloudWatch's Average is exact, percentiles are not available.
  picked = [
    "nodejs_eventloop_lag_p99_seconds",
    "valiant_book_crossed",
    "valiant_commit_duration_seconds",
    "valiant_database_connections",
    "valiant_degraded_seconds_total",
    "valiant_exchange_leader",
    "valiant_exchange_recoveries_total",
    "valiant_feed_age_seconds",
    "valiant_in_doubt_seconds_total",
    "valiant_market_age_seconds",
    "valiant_order_ack_seconds",
    "valiant_redis_connected",
    "valiant_redis_stream_entries",
    "valiant_slow_sockets_ended_total",
    "valiant_sockets",
    "valiant_symbol_halted",
  ]
  # Labeled metrics, aggregated to one figure per task.
  joined = {
    valiant_book_crossed         = "sum"
    valiant_database_connections = "sum"
    valiant_redis_connected      = "min"
    valiant_sockets              = "sum"
    valiant_symbol_halted        = "sum"
  }

  collector_of_role = {
    for role in keys(local.of_role) : role => jsonencode({
      receivers = {
        prometheus = {
          config = {
            scrape_configs = [{
              job_name        = "valiant"
              scrape_interval = "60s"
              scrape_timeout  = "10s"
              static_configs  = [{ targets = ["127.0.0.1:${local.metrics_port}"], labels = { role = role } }]
              metric_relabel_configs = [
                { source_labels = ["__name__"], regex = "(${join("|", local.picked)})(_bucket|_sum|_count)?", action = "keep" },
                # Only queries that wait for a connection.
                { source_labels = ["__name__", "state"], regex = "valiant_database_connections;(total|idle)", action = "drop" },
              ]
            }]
          }
        }
      }
      processors = {
        metricstransform = {
          transforms = [
            for name, how in local.joined : {
              include    = name
              action     = "update"
              operations = [{ action = "aggregate_labels", label_set = ["role"], aggregation_type = how }]
            }
          ]
        }
        # CloudWatch adds up samples, so it must get increases, not totals.
        cumulativetodelta = {}
      }
      exporters = {
        awsemf = {
          region                  = local.region
          namespace               = var.name
          log_group_name          = aws_cloudwatch_log_group.metrics.name
          log_stream_name         = role
          dimension_rollup_option = "NoDimensionRollup"
          metric_declarations     = [{ dimensions = [["role"]], metric_name_selectors = ["^(valiant|nodejs)_"] }]
        }
      }
      service = {
        pipelines = {
          metrics = {
            receivers  = ["prometheus"]
            processors = ["metricstransform", "cumulativetodelta"]
            exporters  = ["awsemf"]
          }
        }
      }
    })
  }

  collector = {
    for role in keys(local.of_role) : role => {
      name  = "metrics"
      image = var.collector_image
      # The market continues without metrics; a collector that exited is restarted.
      essential         = false
      restartPolicy     = { enabled = true, restartAttemptPeriod = 60 }
      memoryReservation = 64
      memory            = 256
      environment       = [{ name = "AOT_CONFIG_CONTENT", value = local.collector_of_role[role] }]
      linuxParameters   = { capabilities = { drop = ["ALL"] } }
      logConfiguration  = local.log_of_role[role]
    }
  }
}

# Lines whose metrics CloudWatch has extracted: kept for a week for inspection.
resource "aws_cloudwatch_log_group" "metrics" {
  name              = "/valiant/${var.name}/metrics"
  retention_in_days = 7
  kms_key_id        = var.logs_key_arn
}

data "aws_iam_policy_document" "metrics" {
  statement {
    sid       = "Metrics"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.metrics.arn}:*"]
  }
}

resource "aws_iam_role_policy" "metrics" {
  name   = "metrics"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.metrics.json
}
