import { serviceProxyContract } from './service-proxy.contract.ts';

serviceProxyContract('nftables', 'flpxn');
serviceProxyContract('userspace', 'flpxu');
