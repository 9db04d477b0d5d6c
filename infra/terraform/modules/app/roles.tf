# What ECS may do to start a task: read its secrets, write one log group. The server itself does not call AWS; the
# collector beside it may write the metrics log group (metrics.tf).

data "aws_caller_identity" "here" {}

data "aws_iam_policy_document" "assume_task" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.here.account_id]
    }
  }
}

resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  assume_role_policy = data.aws_iam_policy_document.assume_task.json
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.assume_task.json
}

data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.server.arn}:*"]
  }

  statement {
    sid       = "Secrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = compact([var.database.secret_arn, var.cache.secret_arn, aws_secretsmanager_secret.auth.arn, var.registry_secret_arn, var.sentry_secret_arn])
  }

  statement {
    sid       = "Keys"
    actions   = ["kms:Decrypt"]
    resources = [var.database.key_arn, var.cache.key_arn, aws_kms_key.app.arn]
  }
}

resource "aws_iam_role_policy" "execution" {
  name   = "start"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

# What ECS may do to switch the listener between blue and green.
data "aws_iam_policy_document" "assume_ecs" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "turn" {
  name               = "${var.name}-turn"
  assume_role_policy = data.aws_iam_policy_document.assume_ecs.json
}

data "aws_iam_policy_document" "turn" {
  # These actions do not support resource-level permissions.
  statement {
    sid = "Look"
    actions = [
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]
    resources = ["*"]
  }

  statement {
    sid = "Turn"
    actions = [
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyRule",
    ]
    resources = [aws_lb_listener.https.arn, aws_lb_listener_rule.production.arn]
  }

  statement {
    sid       = "Targets"
    actions   = ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]
    resources = [for group in aws_lb_target_group.gateway : group.arn]
  }
}

resource "aws_iam_role_policy" "turn" {
  name   = "turn"
  role   = aws_iam_role.turn.id
  policy = data.aws_iam_policy_document.turn.json
}

resource "aws_kms_key" "app" {
  description             = "${var.name}: AUTH_SECRET"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "app" {
  name          = "alias/${var.name}-app"
  target_key_id = aws_kms_key.app.key_id
}

# Its value is set by hand (README.md), so that no state contains it. A new one ends all sessions, so it is not rotated
# on a schedule.
resource "aws_secretsmanager_secret" "auth" {
  name                    = "${var.name}/auth"
  description             = "AUTH_SECRET, at least 32 characters"
  kms_key_id              = aws_kms_key.app.arn
  recovery_window_in_days = 7
}
