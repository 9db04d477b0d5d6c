locals {
  of_database = { DBClusterIdentifier = var.database.cluster_id }
  of_writer   = { DBClusterIdentifier = var.database.cluster_id, Role = "WRITER" }
  of_reader   = { DBClusterIdentifier = var.database.cluster_id, Role = "READER" }

  database_alarms = {
    database-cpu = {
      why       = "The writer's CPU has been above 70 % for 10 minutes. One backend commits batches; above this it waits for a core, and acknowledgements with it."
      namespace = "AWS/RDS", metric = "CPUUtilization", dimensions = local.of_writer
      of        = "Average", is = "above", threshold = 70, minutes = 10, is_silence_bad = true
    }
    database-commit = {
      why       = "Commits have taken more than 100 ms for 5 minutes. A batch should take 10, and the leader gives up at 700: at a seventh of that there is time to react."
      namespace = "AWS/RDS", metric = "CommitLatency", dimensions = local.of_writer
      of        = "Average", is = "above", threshold = 100, minutes = 5, is_silence_bad = false
    }
    database-memory = {
      why       = "Less than a tenth of the memory has been free for 5 minutes. Aurora uses three quarters for its cache; below this a sort or a new connection may kill a backend."
      namespace = "AWS/RDS", metric = "FreeableMemory", dimensions = local.of_writer
      of        = "Minimum", is = "below", threshold = var.database.memory_gib * local.gib / 10, minutes = 5, is_silence_bad = false
    }
    database-connections = {
      why       = "Four fifths of the connections are in use. Each task holds at most 14; if a leak or many new tasks use up the rest, none can lead."
      namespace = "AWS/RDS", metric = "DatabaseConnections", dimensions = local.of_writer
      of        = "Maximum", is = "above", threshold = var.database.connections_max * 0.8, minutes = 3, is_silence_bad = false
    }
    database-local-storage = {
      why       = "Less than 5 GiB of an instance's local disk is free. The audit's sorts and logs go there; statements fail when it is full."
      namespace = "AWS/RDS", metric = "FreeLocalStorage", dimensions = local.of_writer
      of        = "Minimum", is = "below", threshold = 5 * local.gib, minutes = 5, is_silence_bad = false
    }
    database-replica-lag = {
      why       = "A reader has been more than 1,000 ms behind for 5 minutes. It shares the storage and is normally about 20 ms behind; this late, it would be slow to take over."
      namespace = "AWS/RDS", metric = "AuroraReplicaLag", dimensions = local.of_reader
      of        = "Maximum", is = "above", threshold = 1000, minutes = 5, is_silence_bad = false
    }
    database-deadlocks = {
      why       = "A deadlock. Locks are always taken in the same order, so one is a defect."
      namespace = "AWS/RDS", metric = "Deadlocks", dimensions = local.of_database
      of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
    }
    database-transaction-ids = {
      why       = "A billion transaction ids are used and not frozen, half of the number at which Postgres stops. Something is blocking vacuum."
      namespace = "AWS/RDS", metric = "MaximumUsedTransactionIDs", dimensions = local.of_database
      of        = "Maximum", is = "above", threshold = 1000000000, minutes = 10, is_silence_bad = false
    }
  }

  # Per node, because either may be the primary.
  cache_alarms = merge([
    for index, node in var.cache_node_ids : {
      "cache-${index}-engine-cpu" = {
        why       = "The engine's single thread has been above 70 % for 5 minutes: commands start to queue behind frames."
        namespace = "AWS/ElastiCache", metric = "EngineCPUUtilization", dimensions = { CacheClusterId = node }
        of        = "Average", is = "above", threshold = 70, minutes = 5, is_silence_bad = true
      }
      "cache-${index}-memory" = {
        why       = "More than half of the memory is used. Normally it is a few MiB, because the stream is trimmed as commands are committed; when full, the cache refuses orders (noeviction)."
        namespace = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", dimensions = { CacheClusterId = node }
        of        = "Maximum", is = "above", threshold = 50, minutes = 3, is_silence_bad = false
      }
      "cache-${index}-evictions" = {
        why       = "The cache is evicting keys. noeviction prevents this: the parameter group is wrong, and orders may be lost in transit."
        namespace = "AWS/ElastiCache", metric = "Evictions", dimensions = { CacheClusterId = node }
        of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
      }
      "cache-${index}-replica-lag" = {
        why       = "The replica has been more than 5 s behind for 5 minutes. Commands expire after about 3 s, so older ones are useless after a failover."
        namespace = "AWS/ElastiCache", metric = "ReplicationLag", dimensions = { CacheClusterId = node }
        of        = "Maximum", is = "above", threshold = 5, minutes = 5, is_silence_bad = false
      }
      "cache-${index}-connections" = {
        why       = "More than 500 connections. Each task has four; this many are a leak."
        namespace = "AWS/ElastiCache", metric = "CurrConnections", dimensions = { CacheClusterId = node }
        of        = "Maximum", is = "above", threshold = 500, minutes = 5, is_silence_bad = false
      }
      "cache-${index}-bandwidth" = {
        why       = "Packets were delayed for lack of bandwidth for 3 minutes: frames are late for everyone. A larger node has more bandwidth."
        namespace = "AWS/ElastiCache", metric = "NetworkBandwidthOutAllowanceExceeded", dimensions = { CacheClusterId = node }
        of        = "Sum", is = "above", threshold = 0, minutes = 3, is_silence_bad = false
      }
      "cache-${index}-refused" = {
        why       = "A client was refused for a wrong password: a rotation was not deployed in time, or someone is guessing."
        namespace = "AWS/ElastiCache", metric = "AuthenticationFailures", dimensions = { CacheClusterId = node }
        of        = "Sum", is = "above", threshold = 0, minutes = 1, is_silence_bad = false
      }
    }
  ]...)
}
