# Anyone who can write to the cache can send orders for any account. So there is one user with a password, limited to the
# server's keys and channels, without administrative commands.

# Valid until the second rotation; from the first on, beside its successor. The only secret in the state.
resource "random_password" "first" {
  length  = 48
  special = false
}

resource "aws_elasticache_user" "server" {
  user_id   = "${var.name}-server"
  user_name = "valiant"
  engine    = "valkey"
  # Subscribing to a pattern requires permission for that exact pattern, hence Socket.IO twice. INFO, which the client uses to
  # check readiness, counts as dangerous.
  access_string = "on ~valiant:* &valiant:* &socket.io* &socket.io#/#* +@all -@admin -@dangerous +info"

  authentication_mode {
    type      = "password"
    passwords = [random_password.first.result]
  }

  lifecycle {
    ignore_changes = [authentication_mode]
  }
}

# A Valkey user group needs no default user, so there is none.
resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = "valkey"
  user_ids      = [aws_elasticache_user.server.user_id]
}

resource "aws_secretsmanager_secret" "server" {
  name                    = "${var.name}/cache"
  description             = "The server's user, its password and REDIS_URL"
  kms_key_id              = aws_kms_key.cache.arn
  recovery_window_in_days = 7
}

data "aws_iam_policy_document" "rotation" {
  statement {
    sid       = "SetPassword"
    actions   = ["elasticache:ModifyUser", "elasticache:DescribeUsers"]
    resources = [aws_elasticache_user.server.arn]
  }
}

module "rotation" {
  source = "../rotation"

  name         = "${var.name}-rotate-cache"
  handler      = "cache.handler"
  secret_arn   = aws_secretsmanager_secret.server.arn
  key_arn      = aws_kms_key.cache.arn
  policy       = data.aws_iam_policy_document.rotation.json
  logs_key_arn = var.logs_key_arn
  log_days     = var.log_days
  cluster      = var.cluster
  services     = var.services

  environment = {
    ADDRESS   = "${aws_elasticache_replication_group.this.primary_endpoint_address}:6379"
    USER_ID   = aws_elasticache_user.server.user_id
    USER_NAME = aws_elasticache_user.server.user_name
  }
}
