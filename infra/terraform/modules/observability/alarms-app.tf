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
      why       = "An exchange's CPU is above 45 % of two cores for 5 minutes: its one thread, which is half of that, is nearly full, and it cannot be split."
      namespace = "AWS/ECS", metric = "CPUUtilization", dimensions = local.of_exchanges
      of        = "Maximum", is = "above", threshold = 45, minutes = 5, is_silence_bad = false
    }
    exchange-memory = {
      why       = "An exchange has more than 75 % of its memory for 5 minutes. It holds all open orders and accounts: the next size takes a deployment, before it is full."
      namespace = "AWS/ECS", metric = "MemoryUtilization", dimensions = local.of_exchanges
      of        = "Maximum", is = "above", threshold = 75, minutes = 5, is_silence_bad = false
    }
  }

  # From the server's log (modules/app/log-metrics.tf): it does not tell figures of its own yet.
  market_alarms = {
    market-takeovers = {
      why       = "More than 3 takeovers a minute, 3 minutes long: two exchanges take the lead from each other. A deployment makes one, a lost leader one."
      namespace = var.name, metric = "leads", dimensions = {}
      of        = "Sum", is = "above", threshold = 3, minutes = 3, is_silence_bad = false
    }
    market-indicative = {
      why       = "Prices have become indicative in each of 3 minutes: the database does not take commits, and no order is executed. A failover makes one or two."
      namespace = var.name, metric = "indicative", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 3, is_silence_bad = false
    }
    market-recoveries = {
      why       = "The exchange has recovered from a fault in each of 5 minutes: it is the same fault, and orders wait for each."
      namespace = var.name, metric = "recoveries", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 5, is_silence_bad = false
    }
    market-journal = {
      why       = "The journal went back behind what was read of it. Orders that were confirmed may be gone: stop, and compare with the last audit."
      namespace = var.name, metric = "journal_went_back", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    market-no-standby = {
      why       = "A leader that went found nobody to hand over to: the market stood until its lease ended."
      namespace = var.name, metric = "no_standby", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    market-cache-lost = {
      why       = "Links to the cache were lost in each of 3 minutes. A failover loses each once; this is one that does not end."
      namespace = var.name, metric = "redis_down", dimensions = {}
      of        = "Sum", is = "above", threshold = 0, minutes = 3, is_silence_bad = false
    }
    market-slow-sockets = {
      why       = "More than 50 slow sockets were ended a minute, 5 minutes long. A few people on trains are normal; so many are our own link or a full gateway."
      namespace = var.name, metric = "slow_sockets", dimensions = {}
      of        = "Sum", is = "above", threshold = 50, minutes = 5, is_silence_bad = false
    }
    market-errors = {
      why       = "More than 5 errors in the log a minute, 10 minutes long. Each is a defect or a fault outside; faults outside have alarms of their own, sooner."
      namespace = var.name, metric = "errors", dimensions = {}
      of        = "Sum", is = "above", threshold = 5, minutes = 10, is_silence_bad = false
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
