using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

/// <summary>The process of <see cref="SystemCallFilterTests"/>: restrains itself, tries what it should not, and prints how each attempt ended.</summary>
internal static class RestrainedChild
{
    internal const string Argument = "restrained";

    internal static int Run(string directory, int parent)
    {
        // .NET starts threads and loads parts of itself when they are first used; the filter must not be what they meet first.
        using (new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) { }
        var kept = new FileStream(Path.Combine(directory, "kept"), FileMode.Open, FileAccess.ReadWrite);
        ProcessRestraint.Limit(ProcessResource.CoreBytes, 0, 0);
        ProcessRestraint.Limit(ProcessResource.FileBytes, 0, 0);
        ProcessRestraint.Limit(ProcessResource.OpenFiles, 100, 100);
        Console.WriteLine($"filter: {SystemCallFilter.TryInstall() ?? "on"}");
        Try("tcp", () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp).Dispose());
        Try("udp", () => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp).Dispose());
        Try("unix", () => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified).Dispose());
        Try("start", () => Process.Start("/bin/true").Dispose());
        Try("kill", () => Process.GetProcessById(parent).Kill());
        Try("create", () => File.WriteAllText(Path.Combine(directory, "made"), "x"));
        Try("overwrite", () => File.WriteAllText(Path.Combine(directory, "kept"), "x"));
        Try("delete", () => File.Delete(Path.Combine(directory, "kept")));
        Try("rename", () => File.Move(Path.Combine(directory, "kept"), Path.Combine(directory, "moved")));
        Try("mkdir", () => Directory.CreateDirectory(Path.Combine(directory, "sub")));
        Try("read", () => File.ReadAllText(Path.Combine(directory, "readable")));
        Try("thread", () =>
        {
            var thread = new Thread(() => GC.Collect());
            thread.Start();
            thread.Join();
        });
        Try("files", () =>
        {
            var open = new List<FileStream>();
            for (var i = 0; i < 200; i++) open.Add(File.OpenRead(Path.Combine(directory, "readable")));
        });
        GC.KeepAlive(kept);
        return 0;
    }

    private static void Try(string what, Action act)
    {
        try
        {
            act();
            Console.WriteLine($"{what}: done");
        }
        catch (Exception e)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: refused, {e.GetType().Name}"));
        }
    }
}
