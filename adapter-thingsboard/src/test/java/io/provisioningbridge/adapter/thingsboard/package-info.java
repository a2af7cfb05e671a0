@NullMarked
package io.provisioningbridge.adapter.thingsboard;

import org.jspecify.annotations.NullMarked;
