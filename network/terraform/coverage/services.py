"""All other types, by the beginning of their names: the longest that fits decides.

A type that none fits is not modelled, so that what a newer provider adds is a question.
"""

from __future__ import annotations

from network.terraform.coverage.rows import irrelevant, placed, unmodelled

__all__ = ["RULES"]

RULES = (
    unmodelled(
        "it may create anything in its account",
        "aws_cloudcontrolapi_ aws_cloudformation_stack aws_datazone_environment aws_lambda_invocation "
        "aws_sagemaker_project aws_serverlessapplicationrepository_ aws_servicecatalog_provisioned_product "
        "aws_ssmquicksetup_ awscc_",
        "both",
        reach="account",
    ),
    unmodelled(
        "it may create anything in any account",
        "aws_cloudformation_stack_instances aws_cloudformation_stack_set aws_controltower_landing_zone",
        "both",
        reach="organization",
    ),
    irrelevant(
        "a template or a setting, which creates nothing by itself",
        "aws_cloudformation_type aws_controltower_control aws_datazone_environment_blueprint_configuration "
        "aws_datazone_environment_profile aws_servicecatalog_ aws_servicecatalogappregistry_",
    ),
    irrelevant(
        "values, files and scripts of this Terraform run",
        "archive_ cloudinit_ external_ http_ local_ null_ random_ template_ terraform_data time_ tls_",
    ),
    irrelevant(
        "who may do what: a trace ends at the port",
        "aws_accessanalyzer_ aws_acm_ aws_acmpca_ aws_cognito_ aws_iam_ aws_identitystore_ aws_key_pair aws_kms_ "
        "aws_lakeformation_ aws_oam_ aws_paymentcryptography_ aws_rolesanywhere_ aws_secretsmanager_ aws_signer_ "
        "aws_ssoadmin_ aws_verifiedpermissions_",
    ),
    irrelevant(
        "observes, records or bills",
        "aws_applicationinsights_ aws_auditmanager_ aws_backup_ aws_bcmdataexports_ aws_budgets_ aws_ce_ "
        "aws_cloudtrail aws_cloudwatch_ aws_codeguruprofiler_ aws_codegurureviewer_ aws_computeoptimizer_ aws_config_ "
        "aws_costoptimizationhub_ aws_cur_ aws_detective_ aws_devopsguru_ aws_dlm_ aws_guardduty_ "
        "aws_inspector2_ aws_inspector_ aws_licensemanager_ aws_macie2_ aws_notifications_ "
        "aws_notificationscontacts_ aws_rbin_ aws_resiliencehub_ aws_resourceexplorer2_ aws_resourcegroups_ aws_rum_ "
        "aws_securityhub_ aws_securitylake_ aws_servicequotas_ aws_shield_ aws_ssmcontacts_ aws_ssmincidents_ "
        "aws_waf_ aws_wafregional_ aws_wafv2_ aws_xray_",
    ),
    irrelevant(
        "a service that is reached by its public or private name, and has no address in a VPC",
        "aws_amplify_ aws_api_gateway_ aws_appautoscaling_ aws_appconfig_ aws_appfabric_ aws_appflow_ "
        "aws_appintegrations_ aws_appmesh_ aws_appsync_ aws_athena_ aws_autoscalingplans_ aws_bedrockagent_ "
        "aws_chatbot_ aws_chime_ aws_chimesdkmediapipelines_ aws_chimesdkvoice_ aws_cleanrooms_ "
        "aws_cloudfrontkeyvaluestore_ aws_cloudsearch_ aws_codeartifact_ aws_codecatalyst_ aws_codecommit_ "
        "aws_codedeploy_ aws_codepipeline aws_codestarnotifications_ aws_connect_ aws_customerprofiles_ "
        "aws_dataexchange_ aws_datapipeline_ aws_datazone_ aws_dsql_ aws_dynamodb_ aws_ecr_ aws_ecrpublic_ "
        "aws_elastictranscoder_ aws_emrcontainers_ aws_evidently_ aws_glacier_ aws_ivs_ aws_ivschat_ aws_kendra_ "
        "aws_keyspaces_ aws_lex_ aws_lexv2models_ aws_lightsail_ aws_location_ aws_media_ aws_neptunegraph_ "
        "aws_pinpoint_ aws_pinpointsmsvoicev2_ aws_qbusiness_ aws_qldb_ aws_redshiftdata_ aws_rekognition_ aws_s3_ "
        "aws_s3control_ aws_s3tables_ aws_schemas_ aws_ses_ aws_sesv2_ aws_sfn_ aws_simpledb_ aws_sns_ aws_sqs_ "
        "aws_ssm_ aws_swf_ aws_timestreamquery_ aws_timestreamwrite_ aws_transcribe_",
    ),
    irrelevant(
        "acts later than the apply; what it changes then is in a snapshot",
        "aws_config_remediation_configuration aws_fis_ aws_ssm_association aws_ssm_maintenance_window",
    ),
    irrelevant("disks and images", "aws_ami aws_ebs_ aws_snapshot_create_volume_permission aws_volume_attachment"),
    placed(
        "a service whose interfaces start and end connections, and carry none",
        "aws_apigatewayv2_ aws_apprunner_ aws_appstream_ aws_autoscaling_ aws_batch_ aws_bedrock_ aws_cloud9_ "
        "aws_cloudfront_ aws_cloudhsm_ aws_codebuild_ aws_codeconnections_ aws_codestarconnections_ aws_comprehend_ "
        "aws_datasync_ aws_dax_ aws_db_ aws_devicefarm_ aws_directory_service_directory aws_directory_service_region "
        "aws_dms_ aws_docdb_ aws_docdbelastic_ aws_drs_ aws_ecs_ aws_efs_ aws_eks_ aws_elastic_beanstalk_ "
        "aws_elasticache_ aws_elasticsearch_ aws_emr_ aws_emrserverless_ aws_finspace_ aws_fsx_ aws_gamelift_ "
        "aws_glue_ aws_grafana_ aws_imagebuilder_ aws_iot_ aws_kinesis_ aws_kinesisanalyticsv2_ aws_lambda_ aws_m2_ "
        "aws_medialive_ aws_memorydb_ aws_mq_ aws_msk_ aws_mskconnect_ aws_mwaa_ aws_neptune_ aws_opensearch_ "
        "aws_opensearchserverless_ aws_opsworks_ aws_osis_ aws_pipes_ aws_prometheus_ aws_quicksight_ aws_rds_ "
        "aws_redshift_ aws_redshiftserverless_ aws_s3outposts_ aws_sagemaker_ aws_scheduler_ aws_storagegateway_ "
        "aws_synthetics_ aws_timestreaminfluxdb_ aws_transfer_ aws_worklink_ aws_workspaces_ aws_workspacesweb_",
    ),
)
