locals {
  of_database = { DBClusterIdentifier = var.database.cluster_id }
  of_writer   = { DBClusterIdentifier = var.database.cluster_id, Role = "WRITER" }
  of_reader   = { DBClusterIdentifier = var.database.cluster_id, Role = "READER" }

  database_alarms = {
    database-cpu = {
      why       = "The writer's CPU is above 70 % for 10 minutes. A batch is committed by one backend; above this it waits for a core, and acknowledgements with it."
      namespace = "AWS/RDS", metric = "CPUUtilization", dimensions = local.of_writer
      of        = "Average", is = "above", threshold = 70, minutes = 10, is_silence_bad = true
    }
    database-commit = {
      why       = "A commit takes more than 100 ms for 5 minutes. The leader gives a commit up at 700 ms and a batch is to take 10: a seventh of the way there is time to look."
      namespace = "AWS/RDS", metric = "CommitLatency", dimensions = local.of_writer
      of        = "Average", is = "above", threshold = 100, minutes = 5, is_silence_bad = false
    }
    database-memory = {
      why       = "Less than a tenth of the memory is free for 5 minutes. Aurora keeps three quarters for its cache; below this a sort or a new connection may end a backend."
      namespace = "AWS/RDS", metric = "FreeableMemory", dimensions = local.of_writer
      of        = "Minimum", is = "below", threshold = var.database.memory_gib * local.gib / 10, minutes = 5, is_silence_bad = false
    }
    database-connections = {
      why       = "Four fifths of the connections are taken. Each task holds at most 14; a leak or a wave of tasks fills the rest, and then none can lead."
      namespace = "AWS/RDS", metric = "DatabaseConnections", dimensions = local.of_writer
      of        = "Maximum", is = "above", threshold = var.database.connections_max * 0.8, minutes = 3, is_silence_bad = false
    }
    database-local-storage = {
      why       = "Less than 5 GiB of an instance's own disk is free: sorts of the audit and logs go there, and a full one ends statements."
      namespace = "AWS/RDS", metric = "FreeLocalStorage", dimensions = local.of_writer
      of        = "Minimum", is = "below", threshold = 5 * local.gib, minutes = 5, is_silence_bad = false
    }
    database-replica-lag = {
      why       = "A reader is more than 1,000 ms behind for 5 minutes. It shares the storage and is some 20 ms behind; so late, it would be slow to take over."
      namespace = "AWS/RDS", metric = "AuroraReplicaLag", dimensions = local.of_reader
      of        = "Maximum", is = "above", threshold = 1000, minutes = 5, is_silence_bad = false
    }
    database-deadlocks = {
      why       = "A deadlock. Locks are taken in one order everywhere, so that one is a defect."
      namespace = "AWS/RDS", metric = "Deadlocks", dimensions = local.of_database
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    database-transaction-ids = {
      why       = "A thousand million transaction ids are used and not frozen: half of what stops Postgres. Vacuum is held up by something."
      namespace = "AWS/RDS", metric = "MaximumUsedTransactionIDs", dimensions = local.of_database
      of        = "Maximum", is = "above", threshold = 1000000000, minutes = 10, is_silence_bad = false
    }
  }

  # For each node, since either may be the one that everything goes through.
  cache_alarms = merge([
    for index, node in var.cache_node_ids : {
      "cache-${index}-engine-cpu" = {
        why       = "The engine's one thread is above 70 % for 5 minutes: commands begin to queue behind frames."
        namespace = "AWS/ElastiCache", metric = "EngineCPUUtilization", dimensions = { CacheClusterId = node }
        of        = "Average", is = "above", threshold = 70, minutes = 5, is_silence_bad = true
      }
      "cache-${index}-memory" = {
        why       = "More than half of the memory is used. In a good hour it is a few MiB, since the stream is trimmed as it is committed; full, it refuses orders (noeviction)."
        namespace = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", dimensions = { CacheClusterId = node }
        of        = "Maximum", is = "above", threshold = 50, minutes = 3, is_silence_bad = false
      }
      "cache-${index}-evictions" = {
        why       = "Something was evicted. Under noeviction nothing is: the parameter group is not the one it should be, and orders may be lost on their way."
        namespace = "AWS/ElastiCache", metric = "Evictions", dimensions = { CacheClusterId = node }
        of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
      }
      "cache-${index}-replica-lag" = {
        why       = "The replica is more than 5 s behind for 5 minutes. Commands expire after 3 s or so: what is later than that is of no use after a failover."
        namespace = "AWS/ElastiCache", metric = "ReplicationLag", dimensions = { CacheClusterId = node }
        of        = "Maximum", is = "above", threshold = 5, minutes = 5, is_silence_bad = false
      }
      "cache-${index}-connections" = {
        why       = "More than 500 connections. Each task has four; so many are a leak."
        namespace = "AWS/ElastiCache", metric = "CurrConnections", dimensions = { CacheClusterId = node }
        of        = "Maximum", is = "above", threshold = 500, minutes = 5, is_silence_bad = false
      }
      "cache-${index}-bandwidth" = {
        why       = "Packets were held back for want of bandwidth, 3 minutes long: frames are late for everybody. A larger node has more."
        namespace = "AWS/ElastiCache", metric = "NetworkBandwidthOutAllowanceExceeded", dimensions = { CacheClusterId = node }
        of        = "Sum", is = "above", threshold = 0, minutes = 3, is_silence_bad = false
      }
      "cache-${index}-refused" = {
        why       = "A client was refused: a wrong password, as after a rotation that was not deployed within its time, or somebody who tries."
        namespace = "AWS/ElastiCache", metric = "AuthenticationFailures", dimensions = { CacheClusterId = node }
        of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
      }
    }
  ]...)
}
