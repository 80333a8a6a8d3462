using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.ConformanceClient;

// The protocol is CLIENT-CLI.md of theupdateframework/tuf-conformance. Exit code: 0 or 1, nothing else.
try
{
    var arguments = Arguments.Parse(args);
    var store = new MetadataStore(arguments.MetadataDirectory);
    if (arguments.Command == "init")
    {
        store.Provision(File.ReadAllBytes(arguments.TrustedRoot!));
        return 0;
    }
    // The suite moves the clock of single processes, into the past too: no build date, and the clock is what it says.
    var clock = new TrustClock(TimeProvider.System, earliest: DateTimeOffset.MinValue, isSynchronised: () => true);
    using var http = new HttpRepository(arguments.MetadataUrl!, arguments.TargetBaseUrl);
    var client = new TufClient(store, http, clock);
    await client.RefreshAsync(CancellationToken.None);
    if (arguments.Command == "download")
    {
        var downloader = new TargetDownloader(http, TimeProvider.System);
        foreach (var name in arguments.TargetNames)
        {
            var target = await client.FindTargetAsync(name, CancellationToken.None);
            var file = Path.Combine(arguments.TargetDirectory!, Uri.EscapeDataString(name));
            if (!await TargetDownloader.IsPresentAsync(target, file, CancellationToken.None))
            {
                await downloader.DownloadAsync(target, file, CancellationToken.None);
            }
        }
    }
    return 0;
}
// Whatever it is, the suite wants a 1, and a person the reason.
catch (Exception e) when (e is TrustException or IOException or UnauthorizedAccessException or ArgumentException)
{
    await Console.Error.WriteLineAsync($"{e.GetType().Name}: {e.Message}");
    return 1;
}
