locals {
  of_balancer  = { LoadBalancer = var.app.load_balancer }
  of_gateways  = { ClusterName = var.app.cluster_name, ServiceName = var.app.gateway_service }
  of_exchanges = { ClusterName = var.app.cluster_name, ServiceName = var.app.exchange_service }

  balancer_alarms = merge(
    {
      balancer-5xx = {
        why       = "The load balancer itself answered 5xx more than 20 times a minute, 3 minutes long: no gateway is ready, or they break off. A deployment makes a few."
        namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", dimensions = local.of_balancer
        of        = "Sum", is = "above", threshold = 20, minutes = 3, is_silence_bad = false
      }
      gateway-5xx = {
        why       = "Gateways answered 5xx more than 20 times a minute, 5 minutes long. While the market is degraded orders by HTTP get 503: a hand-over (1 s) does not reach this, an outage does."
        namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.of_balancer
        of        = "Sum", is = "above", threshold = 20, minutes = 5, is_silence_bad = false
      }
      gateway-latency = {
        why       = "The slowest hundredth of answers takes more than 1 s for 5 minutes. Pages of history are to take 20 ms and orders less; a second is when people reload."
        namespace = "AWS/ApplicationELB", metric = "TargetResponseTime", dimensions = local.of_balancer
        of        = "p99", is = "above", threshold = 1, minutes = 5, is_silence_bad = false
      }
      gateway-refused = {
        why       = "Gateways refused more than 10 connections a minute, 3 minutes long: a process stands, or ended before the load balancer knew."
        namespace = "AWS/ApplicationELB", metric = "TargetConnectionErrorCount", dimensions = local.of_balancer
        of        = "Sum", is = "above", threshold = 10, minutes = 3, is_silence_bad = false
      }
      certificate = {
        why       = "The certificate ends within 30 days. AWS renews it 60 days before its end: the DNS record that proves the name is gone."
        namespace = "AWS/CertificateManager", metric = "DaysToExpiry", dimensions = { CertificateArn = var.app.certificate_arn }
        of        = "Minimum", is = "below", threshold = 30, minutes = 1, is_silence_bad = false
        # It is told twice a day.
        period = 86400
      }
      firewall-blocked = {
        why        = "The firewall blocked more than 5,000 requests a minute, 5 minutes long. A single client that is over its rate makes fewer; this is a flood, or a rule that is too narrow."
        namespace  = "AWS/WAFV2", metric = "BlockedRequests"
        dimensions = { WebACL = var.app.web_acl, Region = data.aws_region.here.region, Rule = "ALL" }
        of         = "Sum", is = "above", threshold = 5000, minutes = 5, is_silence_bad = false
      }
    },
    {
      for index, group in var.app.target_groups : "unhealthy-${index == 0 ? "blue" : "green"}" => {
        why        = "A gateway has not been ready for 10 minutes. A start takes one, the first of all five (it makes the market's history)."
        namespace  = "AWS/ApplicationELB", metric = "UnHealthyHostCount"
        dimensions = { LoadBalancer = var.app.load_balancer, TargetGroup = group }
        of         = "Minimum", is = "above", threshold = 0, minutes = 10, is_silence_bad = false
      }
    },
  )

  task_alarms = {
    gateway-few = {
      why       = "Fewer gateways run than are wanted at least, for 5 minutes: one that ended is replaced within two."
      namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", dimensions = local.of_gateways
      of        = "Minimum", is = "below", threshold = var.app.gateway_min, minutes = 5, is_silence_bad = true
    }
    gateway-many = {
      why       = "As many gateways run as there may be, for 15 minutes: the next wave finds no room. Raise the most, or find who is there."
      namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", dimensions = local.of_gateways
      of        = "Minimum", is = "above", threshold = var.app.gateway_max - 1, minutes = 15, is_silence_bad = false
    }
    gateway-cpu = {
      why       = "Gateways' CPU is above 80 % for 10 minutes: the scaling, which aims at 50 %, does not keep up."
      namespace = "AWS/ECS", metric = "CPUUtilization", dimensions = local.of_gateways
      of        = "Average", is = "above", threshold = 80, minutes = 10, is_silence_bad = false
    }
    gateway-memory = {
      why       = "A gateway has more than 80 % of its memory for 5 minutes. What a slow socket may take is bounded, so that this is a leak or too many sockets."
      namespace = "AWS/ECS", metric = "MemoryUtilization", dimensions = local.of_gateways
      of        = "Maximum", is = "above", threshold = 80, minutes = 5, is_silence_bad = false
    }
    exchange-few = {
      why       = "Fewer exchanges run than there should be, for 3 minutes: nobody stands by, or nobody leads."
      namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", dimensions = local.of_exchanges
      of        = "Minimum", is = "below", threshold = var.app.exchange_count, minutes = 3, is_silence_bad = true
    }
    exchange-cpu = {
      why       = "An exchange's CPU is above 90 % of one core for 5 minutes: its one thread is nearly full, and it cannot be split."
      namespace = "AWS/ECS", metric = "CPUUtilization", dimensions = local.of_exchanges
      of        = "Maximum", is = "above", threshold = 90 * 1024 / var.app.exchange_cpu, minutes = 5, is_silence_bad = false
    }
    exchange-memory = {
      why       = "An exchange has more than 75 % of its memory for 5 minutes. It holds all open orders and accounts: the next size takes a deployment, before it is full."
      namespace = "AWS/ECS", metric = "MemoryUtilization", dimensions = local.of_exchanges
      of        = "Maximum", is = "above", threshold = 75, minutes = 5, is_silence_bad = false
    }
  }

  # What the servers say of themselves (modules/app/metrics.tf), once a minute and task; what only their log says is counted
  # in it (modules/app/log-metrics.tf).
  of_gateway  = { role = "gateway" }
  of_exchange = { role = "exchange" }

  market_alarms = {
    market-no-leader = {
      why       = "Nobody has led the market for 2 minutes. A hand-over takes 0.3 s, a take-over 4 s at worst. No figure at all is as bad."
      see       = "alerts.md#noleader"
      namespace = var.name, metric = "valiant_exchange_leader", dimensions = local.of_exchange
      of        = "Maximum", is = "below", threshold = 1, minutes = 2, is_silence_bad = true
    }
    market-two-leaders = {
      why       = "Two exchanges say that they lead, 3 minutes long. Tasks are read at different seconds, so that one minute may show two; the database takes the batches of one only."
      see       = "alerts.md#twoleaders"
      namespace = var.name, metric = "valiant_exchange_leader", dimensions = local.of_exchange
      of        = "Sum", is = "above", threshold = 1, minutes = 3, is_silence_bad = false
    }
    market-degraded = {
      why       = "For 20 s of each of 2 minutes no order was taken. A take-over is 4 s of one; a failover of the database half a minute, which this is to tell of."
      see       = "alerts.md#marketdegraded"
      namespace = var.name, metric = "valiant_degraded_seconds_total", dimensions = local.of_exchange
      of        = "Sum", is = "above", threshold = 20, minutes = 2, is_silence_bad = false
    }
    market-in-doubt = {
      why       = "For 10 s of each of 3 minutes it was not known whether a batch had been written: answers of the database are lost again and again."
      see       = "alerts.md#commitsindoubt"
      namespace = var.name, metric = "valiant_in_doubt_seconds_total", dimensions = local.of_exchange
      of        = "Sum", is = "above", threshold = 10, minutes = 3, is_silence_bad = false
    }
    market-takeovers = {
      why       = "More than 3 takeovers a minute, 3 minutes long: two exchanges take the lead from each other. A deployment makes one, a lost leader one."
      see       = "alerts.md#leaseflapping"
      namespace = var.name, metric = "leads", dimensions = {}
      of        = "Sum", is = "above", threshold = 3, minutes = 3, is_silence_bad = false
    }
    market-recoveries = {
      why       = "The exchange has read the market anew in each of 5 minutes: it is the same fault, and orders wait for each."
      see       = "alerts.md#leaseflapping"
      namespace = var.name, metric = "valiant_exchange_recoveries_total", dimensions = local.of_exchange
      of        = "Sum", is = "above", threshold = 0, minutes = 5, is_silence_bad = false
    }
    market-behind = {
      why       = "The market is more than a second behind the clock, 3 minutes long. A step of it is 50 ms, and is made up for at once while the exchange has time."
      see       = "alerts.md#marketbehind"
      namespace = var.name, metric = "valiant_market_age_seconds", dimensions = local.of_exchange
      of        = "Maximum", is = "above", threshold = 1, minutes = 3, is_silence_bad = false
    }
    market-crossed = {
      why       = "A book is crossed. The engine matches what crosses before anything else, so that one sight of it is a defect."
      see       = "alerts.md#bookcrossed"
      namespace = var.name, metric = "valiant_book_crossed", dimensions = local.of_exchange
      of        = "Maximum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    market-halted = {
      why       = "An instrument has been halted or closed for 30 minutes: halts are made by hand, for minutes, and one that is forgotten is an outage to who trades it."
      see       = "alerts.md#symbolhalted"
      namespace = var.name, metric = "valiant_symbol_halted", dimensions = local.of_exchange
      of        = "Maximum", is = "above", threshold = 0, minutes = 30, is_silence_bad = false
    }
    market-commits = {
      why       = "A batch takes more than 100 ms to commit, on average of 5 minutes each. A healthy one takes 10; at 700 ms the leader gives it up."
      see       = "alerts.md#commitsslow"
      namespace = var.name, metric = "valiant_commit_duration_seconds", dimensions = local.of_exchange
      of        = "Average", is = "above", threshold = 0.1, minutes = 5, is_silence_bad = false
    }
    market-acknowledgements = {
      why       = "An order is answered after more than 100 ms, on average of 5 minutes each. A commit and two hops are some 15; the slowest hundredth, which is not seen here, then takes a second."
      see       = "alerts.md#acknowledgementsslow"
      namespace = var.name, metric = "valiant_order_ack_seconds", dimensions = local.of_gateway
      of        = "Average", is = "above", threshold = 0.1, minutes = 5, is_silence_bad = false
    }
    market-commands = {
      why       = "More than 2,000 commands wait in the cache. In a good hour it is a handful; beyond 20,000 they are refused."
      see       = "alerts.md#streamgrowing"
      namespace = var.name, metric = "valiant_redis_stream_entries", dimensions = local.of_exchange
      of        = "Maximum", is = "above", threshold = 2000, minutes = 2, is_silence_bad = false
    }
    market-journal = {
      why       = "The journal went back behind what was read of it. Orders that were confirmed may be gone: stop, and compare with the last audit."
      namespace = var.name, metric = "journal_went_back", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    market-no-standby = {
      why       = "A leader that went found nobody to hand over to: the market stood until another was ready."
      see       = "alerts.md#standbycold"
      namespace = var.name, metric = "no_standby", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    market-fatal = {
      why       = "Servers ended by a defect in each of 2 minutes: ECS starts another, and it ends again."
      namespace = var.name, metric = "fatal", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 2, is_silence_bad = false
    }
    market-errors = {
      why       = "More than 5 errors in the log a minute, 10 minutes long. Each is a defect or a fault outside; faults outside have alarms of their own, sooner."
      namespace = var.name, metric = "errors", dimensions = {}
      of        = "Sum", is = "above", threshold = 5, minutes = 10, is_silence_bad = false
    }
  }

  # Of each role, since the fault of one is not that of the other.
  server_alarms = merge([
    for role, of_role in { gateway = local.of_gateway, exchange = local.of_exchange } : {
      "${role}-silent" = {
        why       = "No server of this role has told of itself for 5 minutes: its collector does not run, or may not write. Alarms on its figures are blind meanwhile."
        namespace = var.name, metric = "nodejs_eventloop_lag_p99_seconds", dimensions = of_role
        of        = "SampleCount", is = "below", threshold = 1, minutes = 5, is_silence_bad = true
      }
      "${role}-event-loop" = {
        why       = "The slowest hundredth of waits for a server's one thread is above 100 ms, 5 minutes long. A frame is due every 50 ms."
        see       = "alerts.md#eventlooplate"
        namespace = var.name, metric = "nodejs_eventloop_lag_p99_seconds", dimensions = of_role
        of        = "Maximum", is = "above", threshold = 0.1, minutes = 5, is_silence_bad = false
      }
      "${role}-pool" = {
        why       = "Queries have waited for a connection at each look of 3 minutes. They take milliseconds, so that something stands before them."
        see       = "alerts.md#poolwaiting"
        namespace = var.name, metric = "valiant_database_connections", dimensions = of_role
        of        = "Maximum", is = "above", threshold = 0, minutes = 3, is_silence_bad = false
      }
      "${role}-cache-lost" = {
        why       = "A server has had no connection to the cache at each look of 2 minutes. After a failover it is back within seconds."
        see       = "alerts.md#redisdown"
        namespace = var.name, metric = "valiant_redis_connected", dimensions = of_role
        of        = "Minimum", is = "below", threshold = 1, minutes = 2, is_silence_bad = false
      }
    }
  ]...)

  gateway_alarms = {
    gateway-feed = {
      why       = "Prices of a gateway have been more than 2 s old for 2 minutes: wrong ones to trade by. Frames come every 50 ms."
      see       = "alerts.md#feedlate"
      namespace = var.name, metric = "valiant_feed_age_seconds", dimensions = local.of_gateway
      of        = "Maximum", is = "above", threshold = 2, minutes = 2, is_silence_bad = false
    }
    gateway-slow-sockets = {
      why       = "More than 50 slow sockets were ended a minute, 5 minutes long. A few people on trains are normal; so many are our own link or a full gateway."
      see       = "alerts.md#slowclients"
      namespace = var.name, metric = "valiant_slow_sockets_ended_total", dimensions = local.of_gateway
      of        = "Sum", is = "above", threshold = 50, minutes = 5, is_silence_bad = false
    }
  }

  rotation_alarms = {
    for name in var.rotation_functions : "rotation-${trimprefix(name, "${var.name}-rotate-")}" => {
      why       = "A rotation failed. The password in use works for another period; after that new connections are refused."
      namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = name }
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
  }
}
