# From the outside in: clients, the market, the stores.

locals {
  region = data.aws_region.here.region

  rows = [
    {
      title = "Sockets and requests"
      metrics = [
        ["AWS/ApplicationELB", "ActiveConnectionCount", "LoadBalancer", var.app.load_balancer, { stat = "Sum" }],
        ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", var.app.load_balancer, { stat = "Sum" }],
      ]
    },
    {
      title = "Answers: 5xx and p99"
      metrics = [
        ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", var.app.load_balancer, { stat = "Sum" }],
        ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer", var.app.load_balancer, { stat = "Sum" }],
        ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.app.load_balancer, { stat = "p99", yAxis = "right" }],
      ]
    },
    {
      title = "Blocked by the firewall"
      metrics = [
        ["AWS/WAFV2", "BlockedRequests", "WebACL", var.app.web_acl, "Region", local.region, "Rule", "ALL", { stat = "Sum" }],
      ]
    },
    {
      title = "Sockets per gateway, and slow ones disconnected"
      metrics = [
        [var.name, "valiant_sockets", "role", "gateway", { stat = "Average" }],
        [var.name, "valiant_sockets", "role", "gateway", { stat = "Maximum" }],
        [var.name, "valiant_slow_sockets_ended_total", "role", "gateway", { stat = "Sum", yAxis = "right" }],
      ]
    },
    {
      title = "Orders and commits: average time, s"
      metrics = [
        [var.name, "valiant_order_ack_seconds", "role", "gateway", { stat = "Average" }],
        [var.name, "valiant_commit_duration_seconds", "role", "exchange", { stat = "Average" }],
      ]
    },
    {
      title = "Leaders, and seconds without orders"
      metrics = [
        [var.name, "valiant_exchange_leader", "role", "exchange", { stat = "Sum" }],
        [var.name, "valiant_degraded_seconds_total", "role", "exchange", { stat = "Sum", yAxis = "right" }],
        [var.name, "valiant_in_doubt_seconds_total", "role", "exchange", { stat = "Sum", yAxis = "right" }],
      ]
    },
    {
      title = "Market and prices: lag behind the clock, s"
      metrics = [
        [var.name, "valiant_market_age_seconds", "role", "exchange", { stat = "Maximum" }],
        [var.name, "valiant_feed_age_seconds", "role", "gateway", { stat = "Maximum" }],
      ]
    },
    {
      title = "Event loop lag per server: p99, s"
      metrics = [
        for role in ["gateway", "exchange"] :
        [var.name, "nodejs_eventloop_lag_p99_seconds", "role", role, { stat = "Maximum" }]
      ]
    },
    {
      title = "From the log: takeovers, errors, crashes"
      metrics = [
        for name in ["leads", "errors", "fatal"] :
        [var.name, name, { stat = "Sum" }]
      ]
    },
    {
      title = "Running tasks"
      metrics = [
        for service in [var.app.gateway_service, var.app.exchange_service] :
        ["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", var.app.cluster_name, "ServiceName", service]
      ]
    },
    {
      title = "CPU of tasks, %"
      metrics = [
        for service in [var.app.gateway_service, var.app.exchange_service] :
        ["AWS/ECS", "CPUUtilization", "ClusterName", var.app.cluster_name, "ServiceName", service, { stat = "Maximum" }]
      ]
    },
    {
      title = "Memory of tasks, %"
      metrics = [
        for service in [var.app.gateway_service, var.app.exchange_service] :
        ["AWS/ECS", "MemoryUtilization", "ClusterName", var.app.cluster_name, "ServiceName", service, { stat = "Maximum" }]
      ]
    },
    {
      title = "Database: CPU, and a commit in ms"
      metrics = [
        ["AWS/RDS", "CPUUtilization", "DBClusterIdentifier", var.database.cluster_id, "Role", "WRITER"],
        ["AWS/RDS", "CommitLatency", "DBClusterIdentifier", var.database.cluster_id, "Role", "WRITER", { yAxis = "right" }],
      ]
    },
    {
      title = "Database: connections and a reader's lag in ms"
      metrics = [
        ["AWS/RDS", "DatabaseConnections", "DBClusterIdentifier", var.database.cluster_id, "Role", "WRITER"],
        ["AWS/RDS", "AuroraReplicaLag", "DBClusterIdentifier", var.database.cluster_id, "Role", "READER", { yAxis = "right" }],
      ]
    },
    {
      title = "Cache: the engine's CPU and memory, %"
      metrics = concat(
        [for node in var.cache_node_ids : ["AWS/ElastiCache", "EngineCPUUtilization", "CacheClusterId", node]],
        [for node in var.cache_node_ids : ["AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "CacheClusterId", node]],
      )
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm"
        x          = 0
        y          = 0
        width      = 24
        height     = 4
        properties = { title = "Alarms", alarms = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn] }
      }],
      [for index, row in local.rows : {
        type   = "metric"
        x      = (index % 3) * 8
        y      = 4 + floor(index / 3) * 6
        width  = 8
        height = 6
        properties = {
          title   = row.title
          metrics = row.metrics
          region  = local.region
          period  = 60
          view    = "timeSeries"
        }
      }],
    )
  })
}
