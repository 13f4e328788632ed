# What programs in Ruby do with a cluster: discovery, patches, watches, pages, raw answers, errors.
#
# Called with the path of a kubeconfig; prints a line for each step that has held and fails at the first that has not.

require 'json'
require 'kubeclient'
require 'timeout'

KUBECONFIG = Kubeclient::Config.read(ARGV.fetch(0)).context
NAMESPACE = 'ruby'.freeze

def client(path, version = 'v1')
  options = { auth_options: KUBECONFIG.auth_options, ssl_options: KUBECONFIG.ssl_options }
  Kubeclient::Client.new("#{KUBECONFIG.api_endpoint}#{path}", version, **options)
end

def step(name)
  puts name
  $stdout.flush
end

def check(held, words)
  raise words unless held
end

def same(actual, expected)
  check(actual == expected, "#{actual.inspect} in place of #{expected.inspect}")
end

# The error of a call that the server has to refuse with this code.
def refused(code)
  yield
rescue Kubeclient::HttpError => e
  same(e.error_code, code)
  e
else
  raise "accepted, where #{code} was due"
end

# Takes the notices of a watch until the block has seen what it waits for.
def until_seen(watcher)
  Timeout.timeout(30) do
    watcher.each { |notice| return if yield(notice) }
  end
  raise 'the watch has ended too early'
ensure
  watcher.finish
end

core = client('/api')
apps = client('/apis/apps')
batch = client('/apis/batch')

check(core.api_valid?, 'no version v1 at /api')
[core, apps, batch].each(&:discover)
check(core.respond_to?(:get_config_maps), 'no ConfigMaps in the discovery of v1')
check(core.respond_to?(:create_endpoint), 'no Endpoints in the discovery of v1')
check(apps.respond_to?(:get_stateful_sets), 'no StatefulSets in the discovery of apps/v1')
check(batch.respond_to?(:create_cron_job), 'no CronJobs in the discovery of batch/v1')
step('discovery')

core.create_namespace(Kubeclient::Resource.new(metadata: { name: NAMESPACE }))
check(core.get_namespaces.map { |item| item.metadata.name }.include?(NAMESPACE), 'the namespace is not listed')
step('namespace')

def config_map(name, data)
  Kubeclient::Resource.new(metadata: { name: name, namespace: NAMESPACE, labels: { of: 'journey' } }, data: data)
end

created = core.create_config_map(config_map('settings', { a: '1' }))
same(core.get_config_map('settings', NAMESPACE).data.to_h, { a: '1' })
refused(409) { core.create_config_map(config_map('settings', {})) }
step('create and get')

changed = core.get_config_map('settings', NAMESPACE)
changed.data[:a] = '2'
same(core.update_config_map(changed).data.a, '2')
# What was read before that is outdated.
created.data[:a] = '3'
check(refused(409) { core.update_config_map(created) }.message.include?('the object has been modified'), 'another reason')
step('update')

core.merge_patch_config_map('settings', { data: { a: nil, b: '1' } }, NAMESPACE)
core.json_patch_config_map('settings', [{ op: 'add', path: '/data/c', value: '2' }], NAMESPACE)
core.patch_config_map('settings', { data: { d: '3' } }, NAMESPACE)
same(core.get_config_map('settings', NAMESPACE).data.to_h, { b: '1', c: '2', d: '3' })
# This version of the client makes JSON of plain hashes alone here.
applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: NAMESPACE }, data: { e: '4' } }
refused(409) do
  core.apply_config_map(applied.merge(data: { b: 'mine' }), field_manager: 'ruby', force: false)
end
same(core.apply_config_map(applied, field_manager: 'ruby').data.e, '4')
step('patches')

seen = []
start = core.get_config_maps(namespace: NAMESPACE).resourceVersion
# The GET of this watch announces a body of no bytes.
watcher = core.watch_config_maps(namespace: NAMESPACE, resource_version: start, label_selector: 'of=journey')
core.create_config_map(config_map('watched', { step: '1' }))
core.merge_patch_config_map('watched', { data: { step: '2' } }, NAMESPACE)
until_seen(watcher) do |notice|
  seen << [notice.type, notice.object.metadata.name, notice.object.data.step]
  # The rest happens while the watch is open.
  core.delete_config_map('watched', NAMESPACE) if notice.type == 'MODIFIED'
  notice.type == 'DELETED'
end
same(seen, [%w[ADDED watched 1], %w[MODIFIED watched 2], %w[DELETED watched 2]])
step('watch')

3.times { |number| core.create_config_map(config_map("page-#{number}", {})) }
names = []
token = nil
loop do
  page = core.get_config_maps(namespace: NAMESPACE, label_selector: 'of=journey', limit: 2, continue: token)
  check(page.length <= 2, 'a page longer than its limit')
  names += page.map { |item| item.metadata.name }
  token = page.continue
  break if page.last?
end
same(names, %w[page-0 page-1 page-2 settings])
step('pages')

raw = core.get_config_map('settings', NAMESPACE, as: :raw)
same(JSON.parse(raw)['kind'], 'ConfigMap')
same(JSON.parse(core.get_config_maps(namespace: NAMESPACE, as: :raw))['kind'], 'ConfigMapList')
step('raw answers')

missing = refused(404) { core.get_config_map('absent', NAMESPACE) }
check(missing.is_a?(Kubeclient::ResourceNotFoundError), 'not recognised as absent')
same(missing.message, 'configmaps "absent" not found')
same(refused(404) { core.get_pod_log('absent', NAMESPACE) }.message, 'pods "absent" not found')
step('errors')

template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image: 'registry.example/app:1' }] }
}
apps.create_deployment(
  Kubeclient::Resource.new(
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template }
  )
)
until_seen(apps.watch_deployments(namespace: NAMESPACE, name: 'web')) do |notice|
  notice.object.status.availableReplicas == 1
end
# The client has no methods for parts of resources: its connection serves for those.
scale = apps.rest_client["namespaces/#{NAMESPACE}/deployments/web/scale"]
patch = apps.headers.merge('Content-Type' => 'application/merge-patch+json')
scale.patch({ spec: { replicas: 2 } }.to_json, patch)
same(JSON.parse(scale.get(apps.headers))['spec']['replicas'], 2)
until_seen(apps.watch_deployments(namespace: NAMESPACE, field_selector: 'metadata.name=web')) do |notice|
  notice.object.status.availableReplicas == 2
end
pods = core.get_pods(namespace: NAMESPACE, label_selector: 'app=web', field_selector: 'status.phase=Running')
same(pods.length, 2)
pod = pods.first.metadata.name
same(core.get_pod_log(pod, NAMESPACE).body, "hello\n")
same(refused(400) { core.get_pod_log(pod, NAMESPACE, container: 'other') }.message,
     "container other is not valid for pod #{pod}")
step('deployment, scale and logs')

core.delete_namespace(NAMESPACE)
until_seen(core.watch_namespaces(field_selector: "metadata.name=#{NAMESPACE}")) { |notice| notice.type == 'DELETED' }
refused(404) { core.get_namespace(NAMESPACE) }
step('deletion of the namespace')
