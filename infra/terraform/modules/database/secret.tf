# The server's credentials. Two roles alternate (roles.sql creates them), so that a rotation cuts nothing off. The first
# rotation fills it; no value of it is ever in the state.

resource "aws_secretsmanager_secret" "server" {
  name                    = "${var.name}/database"
  description             = "The server's role, its password and DATABASE_URL"
  kms_key_id              = aws_kms_key.database.arn
  recovery_window_in_days = 7
}

data "aws_iam_policy_document" "rotation" {
  statement {
    sid       = "SetPassword"
    actions   = ["rds-data:ExecuteStatement"]
    resources = [aws_rds_cluster.this.arn]
  }

  statement {
    sid       = "AsMaster"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_rds_cluster.this.master_user_secret[0].secret_arn]
  }
}

module "rotation" {
  source = "../rotation"

  name         = "${var.name}-rotate-database"
  handler      = "database.handler"
  secret_arn   = aws_secretsmanager_secret.server.arn
  key_arn      = aws_kms_key.database.arn
  policy       = data.aws_iam_policy_document.rotation.json
  logs_key_arn = var.logs_key_arn
  log_days     = var.log_days
  cluster      = var.cluster
  services     = var.services

  # Only the writer's endpoint: a reader may see commits in an order that never existed.
  environment = {
    ADDRESS           = "${aws_rds_cluster.this.endpoint}:5432/${local.database}?sslmode=verify-full&sslrootcert=${var.ca_file}"
    CLUSTER_ARN       = aws_rds_cluster.this.arn
    MASTER_SECRET_ARN = aws_rds_cluster.this.master_user_secret[0].secret_arn
    DATABASE          = local.database
  }
}
