@NullMarked
package io.provisioningbridge.adapter.hawkbit;

import org.jspecify.annotations.NullMarked;
