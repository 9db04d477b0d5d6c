locals {
  of_balancer  = { LoadBalancer = var.app.load_balancer }
  of_gateways  = { ClusterName = var.app.cluster_name, ServiceName = var.app.gateway_service }
  of_exchanges = { ClusterName = var.app.cluster_name, ServiceName = var.app.exchange_service }

  balancer_alarms = merge(
    {
      balancer-5xx = {
        why       = "The load balancer itself answered 5xx more than 20 times a minute for 3 minutes: no gateway is ready, or gateways drop connections. A deployment causes a few."
        namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", dimensions = local.of_balancer
        of        = "Sum", is = "above", threshold = 20, minutes = 3, is_silence_bad = false
      }
      gateway-5xx = {
        why       = "Gateways answered 5xx more than 20 times a minute for 5 minutes. While the market is degraded, orders over HTTP get 503: a handover (1 s) stays below this, an outage does not."
        namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.of_balancer
        of        = "Sum", is = "above", threshold = 20, minutes = 5, is_silence_bad = false
      }
      gateway-latency = {
        why       = "The p99 of answers has been above 1 s for 5 minutes. Pages of history should take 20 ms and orders less; after a second people reload."
        namespace = "AWS/ApplicationELB", metric = "TargetResponseTime", dimensions = local.of_balancer
        of        = "p99", is = "above", threshold = 1, minutes = 5, is_silence_bad = false
      }
      gateway-refused = {
        why       = "Gateways refused more than 10 connections a minute for 3 minutes: a process is stuck, or exited before the load balancer noticed."
        namespace = "AWS/ApplicationELB", metric = "TargetConnectionErrorCount", dimensions = local.of_balancer
        of        = "Sum", is = "above", threshold = 10, minutes = 3, is_silence_bad = false
      }
      certificate = {
        why       = "The certificate expires within 30 days. AWS renews it 60 days before: the DNS record that proves ownership is missing."
        namespace = "AWS/CertificateManager", metric = "DaysToExpiry", dimensions = { CertificateArn = var.app.certificate_arn }
        of        = "Minimum", is = "below", threshold = 30, minutes = 1, is_silence_bad = false
        # Published twice a day.
        period = 86400
      }
      firewall-blocked = {
        why        = "The firewall blocked more than 5,000 requests a minute for 5 minutes. A single client over its rate causes fewer; this is a flood, or a rule that is too strict."
        namespace  = "AWS/WAFV2", metric = "BlockedRequests"
        dimensions = { WebACL = var.app.web_acl, Region = data.aws_region.here.region, Rule = "ALL" }
        of         = "Sum", is = "above", threshold = 5000, minutes = 5, is_silence_bad = false
      }
    },
    {
      for index, group in var.app.target_groups : "unhealthy-${index == 0 ? "blue" : "green"}" => {
        why        = "A gateway has not been ready for 10 minutes. A start takes one, the very first five (it creates the market's history)."
        namespace  = "AWS/ApplicationELB", metric = "UnHealthyHostCount"
        dimensions = { LoadBalancer = var.app.load_balancer, TargetGroup = group }
        of         = "Minimum", is = "above", threshold = 0, minutes = 10, is_silence_bad = false
      }
    },
  )

  task_alarms = {
    gateway-few = {
      why       = "Fewer gateways than the minimum have been running for 5 minutes. One that exited is replaced within two."
      namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", dimensions = local.of_gateways
      of        = "Minimum", is = "below", threshold = var.app.gateway_min, minutes = 5, is_silence_bad = true
    }
    gateway-many = {
      why       = "The maximum number of gateways has been running for 15 minutes: there is no room for more clients. Raise the maximum, or find the source of the load."
      namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", dimensions = local.of_gateways
      of        = "Minimum", is = "above", threshold = var.app.gateway_max - 1, minutes = 15, is_silence_bad = false
    }
    gateway-cpu = {
      why       = "Gateways' CPU has been above 80 % for 10 minutes: the scaling, which targets 50 %, does not keep up."
      namespace = "AWS/ECS", metric = "CPUUtilization", dimensions = local.of_gateways
      of        = "Average", is = "above", threshold = 80, minutes = 10, is_silence_bad = false
    }
    gateway-memory = {
      why       = "A gateway has used more than 80 % of its memory for 5 minutes. Slow sockets are bounded, so this is a leak or too many sockets."
      namespace = "AWS/ECS", metric = "MemoryUtilization", dimensions = local.of_gateways
      of        = "Maximum", is = "above", threshold = 80, minutes = 5, is_silence_bad = false
    }
    exchange-few = {
      why       = "Fewer exchanges than required have been running for 3 minutes: there is no standby, or no leader."
      namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", dimensions = local.of_exchanges
      of        = "Minimum", is = "below", threshold = var.app.exchange_count, minutes = 3, is_silence_bad = true
    }
    exchange-cpu = {
      why       = "An exchange's CPU has been above 90 % of one core for 5 minutes: its single thread is nearly saturated, and it cannot be split."
      namespace = "AWS/ECS", metric = "CPUUtilization", dimensions = local.of_exchanges
      of        = "Maximum", is = "above", threshold = 90 * 1024 / var.app.exchange_cpu, minutes = 5, is_silence_bad = false
    }
    exchange-memory = {
      why       = "An exchange has used more than 75 % of its memory for 5 minutes. It holds all open orders and accounts: deploy the next size before memory is full."
      namespace = "AWS/ECS", metric = "MemoryUtilization", dimensions = local.of_exchanges
      of        = "Maximum", is = "above", threshold = 75, minutes = 5, is_silence_bad = false
    }
  }

  # The servers' own metrics (modules/app/metrics.tf), once a minute and task, and events counted in their log
  # (modules/app/log-metrics.tf).
  of_gateway  = { role = "gateway" }
  of_exchange = { role = "exchange" }

  market_alarms = {
    market-no-leader = {
      why       = "No instance has led the market for 2 minutes. A handover takes 0.3 s, a takeover at most 4 s. Missing data is as bad."
      see       = "alerts.md#noleader"
      namespace = var.name, metric = "valiant_exchange_leader", dimensions = local.of_exchange
      of        = "Maximum", is = "below", threshold = 1, minutes = 2, is_silence_bad = true
    }
    market-two-leaders = {
      why       = "Two exchanges have reported that they lead for 3 minutes. Tasks are read at different seconds, so one minute may show two; the database accepts batches from only one."
      see       = "alerts.md#twoleaders"
      namespace = var.name, metric = "valiant_exchange_leader", dimensions = local.of_exchange
      of        = "Sum", is = "above", threshold = 1, minutes = 3, is_silence_bad = false
    }
    market-degraded = {
      why       = "No order was accepted for 20 s of each of 2 minutes. A takeover takes 4 s; a failover of the database half a minute, which this reports."
      see       = "alerts.md#marketdegraded"
      namespace = var.name, metric = "valiant_degraded_seconds_total", dimensions = local.of_exchange
      of        = "Sum", is = "above", threshold = 20, minutes = 2, is_silence_bad = false
    }
    market-in-doubt = {
      why       = "Commits were in doubt for 10 s of each of 3 minutes: answers of the database keep getting lost."
      see       = "alerts.md#commitsindoubt"
      namespace = var.name, metric = "valiant_in_doubt_seconds_total", dimensions = local.of_exchange
      of        = "Sum", is = "above", threshold = 10, minutes = 3, is_silence_bad = false
    }
    market-takeovers = {
      why       = "More than 3 takeovers a minute for 3 minutes: two exchanges take the lead from each other. A deployment causes one, a lost leader one."
      see       = "alerts.md#leaseflapping"
      namespace = var.name, metric = "leads", dimensions = {}
      of        = "Sum", is = "above", threshold = 3, minutes = 3, is_silence_bad = false
    }
    market-recoveries = {
      why       = "The exchange has reloaded the market in each of 5 minutes: the same fault recurs, and orders wait each time."
      see       = "alerts.md#leaseflapping"
      namespace = var.name, metric = "valiant_exchange_recoveries_total", dimensions = local.of_exchange
      of        = "Sum", is = "above", threshold = 0, minutes = 5, is_silence_bad = false
    }
    market-behind = {
      why       = "The market has been more than a second behind the clock for 3 minutes. A step is 50 ms, and a late one is caught up at once while the exchange has time."
      see       = "alerts.md#marketbehind"
      namespace = var.name, metric = "valiant_market_age_seconds", dimensions = local.of_exchange
      of        = "Maximum", is = "above", threshold = 1, minutes = 3, is_silence_bad = false
    }
    market-crossed = {
      why       = "A book is crossed. The engine matches crossing orders before anything else, so a single occurrence is a defect."
      see       = "alerts.md#bookcrossed"
      namespace = var.name, metric = "valiant_book_crossed", dimensions = local.of_exchange
      of        = "Maximum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    market-halted = {
      why       = "An instrument has been halted or closed for 30 minutes. Operators halt for minutes; a forgotten halt is an outage for its traders."
      see       = "alerts.md#symbolhalted"
      namespace = var.name, metric = "valiant_symbol_halted", dimensions = local.of_exchange
      of        = "Maximum", is = "above", threshold = 0, minutes = 30, is_silence_bad = false
    }
    market-commits = {
      why       = "Commits have averaged more than 100 ms for 5 minutes. A healthy one takes 10; at 700 ms the leader gives up on it."
      see       = "alerts.md#commitsslow"
      namespace = var.name, metric = "valiant_commit_duration_seconds", dimensions = local.of_exchange
      of        = "Average", is = "above", threshold = 0.1, minutes = 5, is_silence_bad = false
    }
    market-acknowledgements = {
      why       = "Answers to orders have averaged more than 100 ms for 5 minutes. A commit and two hops take about 15; the p99, which is not visible here, is then a second."
      see       = "alerts.md#acknowledgementsslow"
      namespace = var.name, metric = "valiant_order_ack_seconds", dimensions = local.of_gateway
      of        = "Average", is = "above", threshold = 0.1, minutes = 5, is_silence_bad = false
    }
    market-commands = {
      why       = "More than 2,000 commands are waiting in the cache. Normally it is a handful; beyond 20,000 they are refused."
      see       = "alerts.md#streamgrowing"
      namespace = var.name, metric = "valiant_redis_stream_entries", dimensions = local.of_exchange
      of        = "Maximum", is = "above", threshold = 2000, minutes = 2, is_silence_bad = false
    }
    market-journal = {
      why       = "The journal went back to an earlier batch. Confirmed orders may be gone: stop all exchanges, and compare with the last audit."
      namespace = var.name, metric = "journal_went_back", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    market-no-standby = {
      why       = "A stopping leader found no standby to hand over to: the market stopped until another was ready."
      see       = "alerts.md#standbycold"
      namespace = var.name, metric = "no_standby", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    market-fatal = {
      why       = "Servers crashed because of a defect in each of 2 minutes: ECS starts another, and it crashes again."
      namespace = var.name, metric = "fatal", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 2, is_silence_bad = false
    }
    market-errors = {
      why       = "More than 5 errors a minute in the log for 10 minutes. Each is a defect or an external fault; external faults have their own alarms, which fire sooner."
      namespace = var.name, metric = "errors", dimensions = {}
      of        = "Sum", is = "above", threshold = 5, minutes = 10, is_silence_bad = false
    }
  }

  # Per role, because each role has its own faults.
  server_alarms = merge([
    for role, of_role in { gateway = local.of_gateway, exchange = local.of_exchange } : {
      "${role}-silent" = {
        why       = "No server of this role has reported metrics for 5 minutes: its collector is not running, or may not write. Alarms on its metrics cannot fire meanwhile."
        namespace = var.name, metric = "nodejs_eventloop_lag_p99_seconds", dimensions = of_role
        of        = "SampleCount", is = "below", threshold = 1, minutes = 5, is_silence_bad = true
      }
      "${role}-event-loop" = {
        why       = "A server's p99 event loop lag has been above 100 ms for 5 minutes. A frame is due every 50 ms."
        see       = "alerts.md#eventlooplate"
        namespace = var.name, metric = "nodejs_eventloop_lag_p99_seconds", dimensions = of_role
        of        = "Maximum", is = "above", threshold = 0.1, minutes = 5, is_silence_bad = false
      }
      "${role}-pool" = {
        why       = "Queries were waiting for a connection at every reading for 3 minutes. They take milliseconds, so something blocks the pool."
        see       = "alerts.md#poolwaiting"
        namespace = var.name, metric = "valiant_database_connections", dimensions = of_role
        of        = "Maximum", is = "above", threshold = 0, minutes = 3, is_silence_bad = false
      }
      "${role}-cache-lost" = {
        why       = "A server had no connection to the cache at every reading for 2 minutes. After a failover it reconnects within seconds."
        see       = "alerts.md#redisdown"
        namespace = var.name, metric = "valiant_redis_connected", dimensions = of_role
        of        = "Minimum", is = "below", threshold = 1, minutes = 2, is_silence_bad = false
      }
    }
  ]...)

  gateway_alarms = {
    gateway-feed = {
      why       = "A gateway's prices have been more than 2 s old for 2 minutes, too old to trade on. Frames come every 50 ms."
      see       = "alerts.md#feedlate"
      namespace = var.name, metric = "valiant_feed_age_seconds", dimensions = local.of_gateway
      of        = "Maximum", is = "above", threshold = 2, minutes = 2, is_silence_bad = false
    }
    gateway-slow-sockets = {
      why       = "More than 50 slow clients a minute were disconnected for 5 minutes. A few on bad links are normal; this many point to our own uplink or a saturated gateway."
      see       = "alerts.md#slowclients"
      namespace = var.name, metric = "valiant_slow_sockets_ended_total", dimensions = local.of_gateway
      of        = "Sum", is = "above", threshold = 50, minutes = 5, is_silence_bad = false
    }
  }

  rotation_alarms = {
    for name in var.rotation_functions : "rotation-${trimprefix(name, "${var.name}-rotate-")}" => {
      why       = "A rotation failed. The current password works for another period; after that new connections are refused."
      namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = name }
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
  }
}
