# GitHub may deploy an image here, nothing else: it cannot read a secret, start other tasks or change infrastructure.
# People run `terraform apply`. (The identity provider is per account: ../../bootstrap.)

data "aws_caller_identity" "here" {}

data "aws_region" "here" {}

locals {
  issuer  = "token.actions.githubusercontent.com"
  account = "${data.aws_region.here.region}:${data.aws_caller_identity.here.account_id}"
}

data "aws_iam_openid_connect_provider" "github" {
  url = "https://${local.issuer}"
}

# The token's subject identifies the workflow: a job in this environment of this repository, approved if the environment
# requires it.
data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [data.aws_iam_openid_connect_provider.github.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = ["repo:${var.repository}:environment:${var.environment}"]
    }
  }
}

resource "aws_iam_role" "deploy" {
  name                 = "${var.name}-github-deploy"
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  max_session_duration = 3600
}

data "aws_iam_policy_document" "deploy" {
  # These actions do not support resource-level permissions.
  statement {
    sid       = "TaskDefinitions"
    actions   = ["cloudwatch:DescribeAlarms", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"]
    resources = ["*"]
  }

  statement {
    sid       = "Services"
    actions   = ["ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:UpdateService"]
    resources = [for service in var.services : "arn:aws:ecs:${local.account}:service/${var.cluster_name}/${service}"]
  }

  statement {
    sid       = "HandToTasks"
    actions   = ["iam:PassRole"]
    resources = var.role_arns

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "deploy" {
  name   = "deploy"
  role   = aws_iam_role.deploy.id
  policy = data.aws_iam_policy_document.deploy.json
}
