terraform {
  required_version = ">= 1.10"

  required_providers {
    archive = { source = "hashicorp/archive", version = "~> 2.7" }
    aws     = { source = "hashicorp/aws", version = "~> 6.25" }
    random  = { source = "hashicorp/random", version = "~> 3.7" }
  }

  # The bucket is that of ../../bootstrap; AWS_REGION says where it is.
  backend "s3" {
    bucket       = "valiant-terraform-state"
    key          = "valiant/production.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region
  # A plan for one account is never applied to another.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { Project = "valiant", Environment = "production", ManagedBy = "terraform" }
  }
}
