# Aurora: six copies in three zones, so that an acknowledged commit is not lost with its writer (a Postgres with
# asynchronous replicas could lose it, and with it a confirmed order).

locals {
  database = "valiant"
  family   = "aurora-postgresql${split(".", var.engine_version)[0]}"
}

resource "aws_kms_key" "database" {
  description             = "${var.name}: the database and its secrets"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "database" {
  name          = "alias/${var.name}-database"
  target_key_id = aws_kms_key.database.key_id
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "The database"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-database" }
}

# Cluster-wide parameters. The timeouts that keep a stalled leader from holding the fence are set on the server's roles
# (roles.sql): here they would also end dumps, migrations and vacuums.
resource "aws_rds_cluster_parameter_group" "this" {
  name        = "${var.name}-${local.family}"
  family      = local.family
  description = "Valiant"

  parameter {
    name         = "shared_preload_libraries"
    value        = "pg_stat_statements,auto_explain"
    apply_method = "pending-reboot"
  }

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # The session of a leader that vanished ends after 25 s, not after the default two hours.
  parameter {
    name  = "tcp_keepalives_idle"
    value = "10"
  }

  parameter {
    name  = "tcp_keepalives_interval"
    value = "5"
  }

  parameter {
    name  = "tcp_keepalives_count"
    value = "3"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-${local.family}"
  family      = local.family
  description = "Valiant"

  # Statements take milliseconds; compiling one would take tens of milliseconds.
  parameter {
    name  = "jit"
    value = "0"
  }

  # As everywhere (server/database/postgres-reports.ts): also counting statements inside functions would cost a twentieth of
  # a commit; enable it for an analysis.
  parameter {
    name  = "pg_stat_statements.track"
    value = "top"
  }

  # Logs plans of statements slower than any of the server's should be (ms).
  parameter {
    name  = "auto_explain.log_min_duration"
    value = "50"
  }

  parameter {
    name  = "auto_explain.log_nested_statements"
    value = "0"
  }

  # Timing every plan node would slow all statements, not only the logged ones.
  parameter {
    name  = "auto_explain.log_analyze"
    value = "0"
  }

  # Keeps values of users' orders out of the log.
  parameter {
    name  = "auto_explain.log_parameter_max_length"
    value = "0"
  }

  parameter {
    name  = "log_lock_waits"
    value = "1"
  }

  # Logs a lock wait after this time (ms), before the role's lock_timeout of a second ends it.
  parameter {
    name  = "deadlock_timeout"
    value = "500"
  }

  parameter {
    name  = "log_autovacuum_min_duration"
    value = "1000"
  }

  # The audit's work_mem (kB): logs larger sorts.
  parameter {
    name  = "log_temp_files"
    value = "65536"
  }

  parameter {
    name  = "track_io_timing"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "postgresql" {
  name              = "/aws/rds/cluster/${var.name}/postgresql"
  retention_in_days = var.log_days
  kms_key_id        = var.logs_key_arn
}

resource "aws_rds_cluster" "this" {
  cluster_identifier = var.name
  engine             = "aurora-postgresql"
  engine_version     = var.engine_version
  storage_type       = var.storage_type
  database_name      = local.database
  # RDS creates, stores and rotates the master's password every seven days; no server has it.
  master_username                 = "master"
  manage_master_user_password     = true
  master_user_secret_kms_key_id   = aws_kms_key.database.key_id
  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.database.arn
  # The Data API, behind IAM: sets passwords from outside the VPC, in the rotation and at first setup.
  enable_http_endpoint            = true
  backup_retention_period         = var.backup_days
  preferred_backup_window         = "03:00-04:00"
  preferred_maintenance_window    = "sun:04:30-sun:05:30"
  copy_tags_to_snapshot           = true
  deletion_protection             = var.deletion_protection
  skip_final_snapshot             = !var.deletion_protection
  final_snapshot_identifier       = "${var.name}-last"
  enabled_cloudwatch_logs_exports = ["postgresql"]
  apply_immediately               = false

  dynamic "serverlessv2_scaling_configuration" {
    for_each = var.serverless == null ? [] : [var.serverless]

    content {
      min_capacity = serverlessv2_scaling_configuration.value.min
      max_capacity = serverlessv2_scaling_configuration.value.max
    }
  }

  depends_on = [aws_cloudwatch_log_group.postgresql]
}

data "aws_iam_policy_document" "monitoring" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["monitoring.rds.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "monitoring" {
  name               = "${var.name}-database-monitoring"
  assume_role_policy = data.aws_iam_policy_document.monitoring.json
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_rds_cluster_instance" "this" {
  count = 1 + var.readers

  identifier                      = "${var.name}-${count.index}"
  cluster_identifier              = aws_rds_cluster.this.id
  engine                          = aws_rds_cluster.this.engine
  engine_version                  = aws_rds_cluster.this.engine_version
  instance_class                  = var.instance_class
  db_parameter_group_name         = aws_db_parameter_group.this.name
  publicly_accessible             = false
  promotion_tier                  = count.index
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.database.arn
  monitoring_interval             = 30
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  # Minor versions are upgraded by hand, staging first: each restarts the writer.
  auto_minor_version_upgrade = false
  ca_cert_identifier         = "rds-ca-rsa2048-g1"
}
