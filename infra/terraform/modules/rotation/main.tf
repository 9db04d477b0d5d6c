# A function that rotates one secret. It needs no VPC, because it only calls AWS's APIs.

data "aws_caller_identity" "here" {}

data "aws_region" "here" {}

data "archive_file" "function" {
  type        = "zip"
  source_dir  = "${path.module}/function"
  output_path = "${path.root}/.terraform/${var.name}.zip"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_days
  kms_key_id        = var.logs_key_arn
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "common" {
  statement {
    sid = "Secret"
    actions = [
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage",
    ]
    resources = [var.secret_arn]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.key_arn]
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  statement {
    sid     = "DeployAnew"
    actions = ["ecs:UpdateService"]
    resources = [
      for service in var.services :
      "arn:aws:ecs:${data.aws_region.here.region}:${data.aws_caller_identity.here.account_id}:service/${var.cluster}/${service}"
    ]
  }
}

resource "aws_iam_role_policy" "common" {
  name   = "rotation"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.common.json
}

resource "aws_iam_role_policy" "target" {
  name   = "target"
  role   = aws_iam_role.this.id
  policy = var.policy
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  role             = aws_iam_role.this.arn
  runtime          = "nodejs22.x"
  architectures    = ["arm64"]
  handler          = var.handler
  filename         = data.archive_file.function.output_path
  source_code_hash = data.archive_file.function.output_base64sha256
  timeout          = 300
  memory_size      = 256

  environment {
    variables = merge(var.environment, { CLUSTER = var.cluster, SERVICES = join(",", var.services) })
  }

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.common, aws_iam_role_policy.target]
}

resource "aws_lambda_permission" "secrets_manager" {
  function_name = aws_lambda_function.this.function_name
  action        = "lambda:InvokeFunction"
  principal     = "secretsmanager.amazonaws.com"
  source_arn    = var.secret_arn
}

resource "aws_secretsmanager_secret_rotation" "this" {
  secret_id           = var.secret_arn
  rotation_lambda_arn = aws_lambda_function.this.arn
  # Not before the roles exist (roles.sql): start the first rotation by hand.
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = var.days
  }

  depends_on = [aws_lambda_permission.secrets_manager]
}
