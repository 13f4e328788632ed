"""What programs in Python do with a cluster: typed and dynamic client, watches, optimistic concurrency.

Called with the path of a kubeconfig; prints a line for each step that has held and fails at the first that has not.
"""

import json
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

config.load_kube_config(sys.argv[1])
core = client.CoreV1Api()
apps = client.AppsV1Api()
namespace = "python"


def step(name):
    print(name, flush=True)


def refused(code, call, *args, **kwargs):
    """The Status of a call that the server has to refuse with this code."""
    try:
        call(*args, **kwargs)
    except ApiException as error:
        assert error.status == code, f"{error.status} in place of {code}: {error.body}"
        return error
    raise AssertionError(f"accepted, where {code} was due")


core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=namespace)))
assert namespace in [item.metadata.name for item in core.list_namespace().items]
step("namespace")

settings = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="settings"), data={"a": "1"})
created = core.create_namespaced_config_map(namespace, settings)
refused(409, core.create_namespaced_config_map, namespace, settings)
core.patch_namespaced_config_map("settings", namespace, {"data": {"b": "2"}})
assert core.read_namespaced_config_map("settings", namespace).data == {"a": "1", "b": "2"}
step("create and patch")

# A lock as Patroni and leader elections hold it: who writes on top of something outdated has lost.
created.data = {"leader": "late"}
refused(409, core.replace_namespaced_config_map, "settings", namespace, created)
current = core.read_namespaced_config_map("settings", namespace)
current.metadata.annotations = {"leader": "me"}
core.replace_namespaced_config_map("settings", namespace, current)
step("optimistic concurrency")

labels = {"app": "web"}
container = client.V1Container(name="main", image="registry.example/app:1")
template = client.V1PodTemplateSpec(
    metadata=client.V1ObjectMeta(labels=labels), spec=client.V1PodSpec(containers=[container])
)
spec = client.V1DeploymentSpec(replicas=2, selector=client.V1LabelSelector(match_labels=labels), template=template)
apps.create_namespaced_deployment(
    namespace, client.V1Deployment(metadata=client.V1ObjectMeta(name="web"), spec=spec)
)
stream = watch.Watch()
for event in stream.stream(apps.list_namespaced_deployment, namespace, timeout_seconds=30):
    if (event["object"].status.available_replicas or 0) == 2:
        stream.stop()
assert apps.read_namespaced_deployment("web", namespace).status.available_replicas == 2
pods = core.list_namespaced_pod(namespace, label_selector="app=web", field_selector="status.phase=Running")
assert len(pods.items) == 2
step("deployment, watched until it is available")

apps.patch_namespaced_deployment_scale("web", namespace, {"spec": {"replicas": 1}})
assert apps.read_namespaced_deployment_scale("web", namespace).spec.replicas == 1
step("scale")

first = core.list_namespaced_pod(namespace, limit=1)
assert len(first.items) == 1
step("pages")

# The client of Ansible's modules: everything from discovery.
api = dynamic.DynamicClient(client.ApiClient())
maps = api.resources.get(api_version="v1", kind="ConfigMap")
applied = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "applied"}, "data": {"key": "value"}}
# This version of the client sends the body of an apply as it is given.
maps.server_side_apply(body=json.dumps(applied), name="applied", namespace=namespace, field_manager="ansible")
got = maps.get(name="applied", namespace=namespace)
assert got.data.key == "value"
assert [entry.manager for entry in got.metadata.managedFields] == ["ansible"]
assert api.resources.get(api_version="apps/v1", kind="Deployment").namespaced
step("dynamic client")

core.delete_namespace(namespace)
for event in watch.Watch().stream(core.list_namespace, timeout_seconds=30):
    if event["type"] == "DELETED" and event["object"].metadata.name == namespace:
        break
refused(404, core.read_namespace, namespace)
step("deletion of the namespace")
